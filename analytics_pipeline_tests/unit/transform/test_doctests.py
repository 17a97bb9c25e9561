"""The examples in the docstrings of the pure packages are true."""

import doctest
import importlib
import pkgutil

import pytest

from analytics_pipeline import schemas, transform


def modules_with_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    for package in (transform, schemas):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(found.name)
            if any(test.examples for test in finder.find(module)):
                yield module


@pytest.mark.parametrize(
    "module", list(modules_with_examples()), ids=lambda module: module.__name__
)
def test_the_examples_of_a_module_are_true(module):
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed


def test_the_rules_people_ask_about_have_examples():
    names = {module.__name__.rpartition(".")[2] for module in modules_with_examples()}
    assert names >= {"hashtags", "campaign_hashtags", "days", "engagement", "findings"}
