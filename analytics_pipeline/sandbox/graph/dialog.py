"""Meta's consent page: who logs in, what is granted, and for which Pages.

In two steps: choose a person, then tick. A client that posts ``person`` and
``decision=allow`` at once is served too; what it does not name is granted.
"""

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from analytics_pipeline.sandbox.consent_page import (
    Asked,
    Choice,
    ConsentPage,
    DialogError,
    consent_response,
    error_response,
    person_choices,
    read_asked,
    read_form,
    read_person,
    redirect_response,
)
from analytics_pipeline.sandbox.graph.pages import page_name
from analytics_pipeline.sandbox.graph.tokens import KNOWN_SCOPES
from analytics_pipeline.sandbox.population.records import Person
from analytics_pipeline.sandbox.state import SandboxState


class MetaDialog:
    """Facebook's login dialog, as far as it matters here."""

    def __init__(self, state: SandboxState) -> None:
        """Let people of a sandbox log in.

        Args:
            state: The sandbox.
        """
        self._state = state

    async def endpoint(self, request: Request) -> Response:
        """Show the dialog (GET) or act on a decision (POST)."""
        try:
            asked = _read_request(self._state, request.query_params)
            if request.method != "POST":
                hint = request.query_params.get("login_hint", "")
                return self._show(asked, self._find(hint))
            return self._decide(asked, read_form(await request.body()))
        except DialogError as error:
            return error_response(str(error))

    def _decide(self, asked: Asked, form: dict[str, list[str]]) -> Response:
        decision = form.get("decision", [""])[0]
        if decision == "refuse":
            return redirect_response(
                asked.redirect_uri,
                {
                    "error": "access_denied",
                    "error_code": "200",
                    "error_reason": "user_denied",
                    "error_description": "Permissions error",
                    "state": asked.state,
                },
            )
        text = form.get("person", [""])[0]
        person = self._find(text)
        if person is None:
            message = f"Nobody with the id {text!r} can log in here."
            raise DialogError(message)
        shown = form.get("shown", [None])[0]
        if decision == "choose" or shown not in {None, text}:
            return self._show(asked, person, form.get("scope"))
        if decision != "allow":
            message = f"A decision is allow or refuse, not {decision!r}."
            raise DialogError(message)
        return self._allow(asked, person, form)

    def _allow(
        self, asked: Asked, person: Person, form: dict[str, list[str]]
    ) -> Response:
        # Without ``shown`` the ticks were never seen, so none was taken away.
        unseen = "shown" not in form
        scopes = asked.scopes
        if not (unseen and "scope" not in form):
            scopes = form.get("scope", [])
        pages = self._state.world.identities.pages(person.index)
        ticked = pages if unseen and "page" not in form else form.get("page", [])
        if not set(scopes) <= set(asked.scopes) or not set(ticked) <= set(pages):
            message = "A scope or Page was ticked that was not on the page."
            raise DialogError(message)
        now = self._state.clock.now()
        grant = self._state.meta_tokens.consent(
            person.index,
            frozenset(scopes),
            frozenset(pages.index(page) for page in ticked),
            now,
        )
        code = self._state.login_codes.issue(grant, asked.redirect_uri, now)
        return redirect_response(
            asked.redirect_uri, {"code": code, "state": asked.state}
        )

    def _show(
        self, asked: Asked, person: Person | None, ticked: list[str] | None = None
    ) -> Response:
        kept = set(asked.scopes if ticked is None else ticked)
        everyone = (p for p in self._state.world.people if p.instagram != "none")
        page = ConsentPage(
            platform="Facebook",
            people=person_choices(everyone, person, self._handle),
            scopes=[Choice(s, s, chosen=s in kept) for s in asked.scopes],
            pages=None if person is None else self._pages(person),
            shown_for=None if person is None else str(person.creator_id),
            may_choose=True,
        )
        return consent_response(page)

    def _pages(self, person: Person) -> list[Choice]:
        pages = self._state.world.identities.pages(person.index)
        return [Choice(page, page_name(person, n)) for n, page in enumerate(pages)]

    def _handle(self, person: Person) -> str:
        return self._state.world.handle(person.index, self._state.clock.now())

    def _find(self, text: str) -> Person | None:
        person = read_person(self._state.world.people, text)
        return person if person is not None and person.instagram != "none" else None


def _read_request(state: SandboxState, params: QueryParams) -> Asked:
    if params.get("client_id") != state.world.config.meta_app_id:
        message = "The app is not known: client_id is wrong or missing."
        raise DialogError(message)
    scopes = params.get("scope", "").replace(",", " ").split()
    return read_asked(params, scopes, KNOWN_SCOPES)
