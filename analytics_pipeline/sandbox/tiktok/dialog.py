"""TikTok's consent page: who logs in and what is granted."""

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
from analytics_pipeline.sandbox.population.records import Person
from analytics_pipeline.sandbox.state import SandboxState
from analytics_pipeline.sandbox.tiktok.scopes import SCOPES


class TikTokDialog:
    """TikTok's authorisation page, as far as it matters here."""

    def __init__(self, state: SandboxState) -> None:
        """Let people of a sandbox log in.

        Args:
            state: The sandbox.
        """
        self._state = state

    async def endpoint(self, request: Request) -> Response:
        """Show the page (GET) or act on a decision (POST)."""
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
                    "error_description": "User denied the authorization",
                    "state": asked.state,
                },
            )
        if decision != "allow":
            message = f"A decision is allow or refuse, not {decision!r}."
            raise DialogError(message)
        text = form.get("person", [""])[0]
        person = self._find(text)
        if person is None:
            message = f"Nobody with the id {text!r} can log in here."
            raise DialogError(message)
        # Without ``shown`` the ticks were never seen, so none was taken away.
        unseen = "shown" not in form and "scope" not in form
        scopes = asked.scopes if unseen else form.get("scope", [])
        if not set(scopes) <= set(asked.scopes):
            message = "A scope was ticked that was not on the page."
            raise DialogError(message)
        granted = tuple(scope for scope in SCOPES if scope in scopes)
        code = self._state.tiktok_tokens.issue_code(
            person.index, granted, asked.redirect_uri, self._state.clock.now()
        )
        return redirect_response(
            asked.redirect_uri,
            {"code": code, "scopes": ",".join(granted), "state": asked.state},
        )

    def _show(self, asked: Asked, person: Person | None) -> Response:
        everyone = (p for p in self._state.world.people if p.tiktok)
        page = ConsentPage(
            platform="TikTok",
            people=person_choices(everyone, person, lambda p: p.tiktok_username),
            scopes=[Choice(scope, scope) for scope in asked.scopes],
            shown_for="" if person is None else str(person.creator_id),
        )
        return consent_response(page)

    def _find(self, text: str) -> Person | None:
        person = read_person(self._state.world.people, text)
        return person if person is not None and person.tiktok else None


def _read_request(state: SandboxState, params: QueryParams) -> Asked:
    if params.get("client_key") != state.world.config.tiktok_client_key:
        message = "The app is not known: client_key is wrong or missing."
        raise DialogError(message)
    scopes = [name.strip() for name in params.get("scope", "").split(",")]
    return read_asked(params, [name for name in scopes if name], SCOPES)
