"""The Graph API's error bodies.

Clients must go by code and subcode; the texts here are the sandbox's own, apart
from the few phrases that the platform itself lets a client tell cases apart by.
"""

from typing import Final

_BAD_REQUEST: Final = 400
_NOT_FOUND: Final = 404


class GraphError(Exception):
    """A refusal, as the platform would word it."""

    def __init__(  # noqa: PLR0913 - the parts of an error body
        self,
        code: int,
        message: str,
        *,
        subcode: int | None = None,
        kind: str = "OAuthException",
        transient: bool | None = None,
        status: int = _BAD_REQUEST,
        user_title: str | None = None,
    ) -> None:
        """Word a refusal.

        Args:
            code: The platform's error code.
            message: A sentence, without the code in front.
            subcode: The finer code, if there is one.
            kind: The ``type`` of the body.
            transient: Whether repeating may help; None leaves the key out.
            status: The HTTP status.
            user_title: The text meant for a person, if there is one.
        """
        super().__init__(message)
        self.code = code
        self.message = message
        self.subcode = subcode
        self.kind = kind
        self.transient = transient
        self.status = status
        self.user_title = user_title

    def body(self, trace: str) -> dict[str, object]:
        """Give the error body.

        Args:
            trace: The ``fbtrace_id``.

        Returns:
            A JSON object with the one key ``error``.
        """
        error: dict[str, object] = {
            "message": self.message,
            "type": self.kind,
            "code": self.code,
        }
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.transient is not None:
            error["is_transient"] = self.transient
        if self.user_title is not None:
            error["error_user_title"] = self.user_title
            error["error_user_msg"] = self.message
        error["fbtrace_id"] = trace
        return {"error": error}


class ParameterError(GraphError):
    """The request's parameters are wrong: code 100."""

    def __init__(self, message: str) -> None:
        """Word the refusal of a parameter.

        Args:
            message: What is wrong.
        """
        super().__init__(100, f"(#100) {message}")


class UnknownFieldError(ParameterError):
    """A kind of node does not have this field: code 100."""

    def __init__(self, name: str, node: str) -> None:
        """Word the refusal of a field.

        Args:
            name: The field.
            node: The kind of node.
        """
        super().__init__(f"Tried accessing nonexisting field ({name}) on {node}")


class CursorError(ParameterError):
    """A cursor is not of this list, or its item is gone: code 100."""

    def __init__(self) -> None:
        """Word the refusal of a cursor."""
        super().__init__("Invalid cursor: the item it stands on cannot be found")


class GoneError(GraphError):
    """An object is not there, or not for this token: 100/33."""

    def __init__(self, node_id: str) -> None:
        """Word the refusal of an object.

        Args:
            node_id: The id asked for.
        """
        message = f"Unsupported get request. No object with ID '{node_id}' can be read"
        super().__init__(100, message, subcode=33, kind="GraphMethodException")


class NotDiscoverableError(GraphError):
    """A handle is unknown, was renamed, or is a personal account: 110/2207013."""

    def __init__(self) -> None:
        """Word the refusal, which does not tell the three cases apart."""
        super().__init__(
            110,
            "Invalid user id",
            subcode=2207013,
            transient=False,
            user_title="User not found",
        )


class NoPermissionError(GraphError):
    """The token's owner did not allow this: code 10."""

    def __init__(self) -> None:
        """Word the refusal of a permission."""
        message = "(#10) Application does not have permission for this action"
        super().__init__(10, message)


class TokenError(GraphError):
    """The access token is missing, malformed or expired: code 190."""

    def __init__(self, reason: str, subcode: int | None = None) -> None:
        """Word the refusal of a token.

        Args:
            reason: What is wrong with it.
            subcode: The finer code, such as 463 for expired.
        """
        message = f"Error validating access token: {reason}"
        super().__init__(190, message, subcode=subcode)


class PageTokenError(GraphError):
    """The call takes the token of the Page, not of a person: code 210."""

    def __init__(self) -> None:
        """Word the refusal of a token of the wrong kind."""
        super().__init__(210, "(#210) A page access token is required")


class CodeError(GraphError):
    """The code of the consent page is no good: code 100."""

    def __init__(self, reason: str, subcode: int | None = None) -> None:
        """Word the refusal of a code.

        Args:
            reason: What is wrong with it.
            subcode: 36007 expired, 36008 another redirect_uri, 36009 used.
        """
        super().__init__(100, reason, subcode=subcode)


class AppLimitError(GraphError):
    """The application's hourly budget is spent: code 4."""

    def __init__(self, status: int = _BAD_REQUEST) -> None:
        """Word the refusal of a call too many.

        Args:
            status: The HTTP status; 429 is seen now and then.
        """
        message = "(#4) Application request limit reached"
        super().__init__(4, message, transient=True, status=status)


class UserLimitError(GraphError):
    """The user's budget is spent: code 17."""

    def __init__(self) -> None:
        """Word the refusal of a call too many."""
        super().__init__(17, "(#17) User request limit reached", transient=True)


class UnknownPathError(GraphError):
    """There is no such path: code 2500."""

    def __init__(self, path: str) -> None:
        """Word the refusal of a path.

        Args:
            path: What of it is not known.
        """
        super().__init__(2500, f"Unknown path components: {path}")


class UnknownAliasError(GraphError):
    """There is no object by this name: code 803, HTTP 404."""

    def __init__(self, name: str) -> None:
        """Word the refusal of a name.

        Args:
            name: The name asked for.
        """
        message = f"(#803) Some of the aliases you requested do not exist: {name}"
        super().__init__(803, message, status=_NOT_FOUND)
