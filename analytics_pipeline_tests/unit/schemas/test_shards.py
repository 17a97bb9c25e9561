import pytest

from analytics_pipeline.schemas.shards import WHOLE, Shard


@pytest.mark.parametrize("count", [1, 2, 3, 16])
def test_every_account_belongs_to_exactly_one_shard(count: int) -> None:
    shards = [Shard(number, count) for number in range(count)]
    for number in range(500):
        owners = [shard for shard in shards if shard.has(f"connection-{number}")]
        assert len(owners) == 1


def test_shards_are_about_equally_large() -> None:
    shards = [Shard(number, 4) for number in range(4)]
    names = [f"connection-{number}" for number in range(4000)]
    sizes = [sum(map(shard.has, names)) for shard in shards]
    assert all(800 < size < 1200 for size in sizes)


def test_a_day_that_is_not_divided_has_every_account() -> None:
    assert all(WHOLE.has(name) for name in ("", "a", "š"))


@pytest.mark.parametrize(("number", "count"), [(-1, 2), (2, 2), (0, 0)])
def test_a_shard_that_does_not_exist_is_refused(number: int, count: int) -> None:
    with pytest.raises(ValueError, match="there is no shard"):
        Shard(number, count)
