"""The ids by which the platforms know accounts, pages and people."""

from base64 import urlsafe_b64encode
from hashlib import blake2b

from analytics_pipeline.sandbox.population.ids import IdCodec
from analytics_pipeline.sandbox.population.people import People
from analytics_pipeline.sandbox.population.records import (
    AGENCY,
    AGENCY_SECOND_BRAND,
    Trait,
)

_PAGES = 10
_ACCOUNTS = IdCodec("178414", 11, salt=3)
_PAGE_IDS = IdCodec("10", 13, salt=4)
_USER_IDS = IdCodec("122", 14, salt=5)


class Identities:
    """Platform ids of the people of one world, and back."""

    def __init__(self, seed: int, people: People) -> None:
        """Number these people.

        Args:
            seed: The world's seed.
            people: Its people.
        """
        self._seed = seed
        self._people = people

    def instagram_id(self, account: int) -> str:
        """Give the 17-digit Instagram account id."""
        return _ACCOUNTS.encode(account)

    def instagram_account(self, instagram_id: str) -> int | None:
        """Give the account number of an Instagram id, or None."""
        account = _ACCOUNTS.decode(instagram_id)
        known = account is not None and self._people.has("instagram", account)
        return account if known else None

    def user_id(self, account: int) -> str:
        """Give the Facebook user id of an account's owner."""
        return _USER_IDS.encode(account)

    def user_account(self, user_id: str) -> int | None:
        """Give the account number of a Facebook user id, or None."""
        account = _USER_IDS.decode(user_id)
        return account if account is not None and self._people.exists(account) else None

    def pages(self, account: int) -> list[str]:
        """List the ids of the Facebook Pages an account's owner runs."""
        count = len(self.behind_pages(account))
        return [_PAGE_IDS.encode(account * _PAGES + n) for n in range(count)]

    def behind_pages(self, account: int) -> tuple[int | None, ...]:
        """List the Instagram accounts behind a person's Pages, in their order.

        Args:
            account: The number of the person's main account.

        Returns:
            One entry per Page; None where no professional account is linked.
        """
        if account == AGENCY:
            return (None, AGENCY, AGENCY_SECOND_BRAND)
        if Trait.PERSONAL in self._people.person(account).traits:
            return (None,)
        spare = self._people.spare(account)
        return (account,) if spare is None else (spare, account)

    def page_owner(self, page_id: str) -> tuple[int, int] | None:
        """Give (owner's account number, number of the Page), or None."""
        number = _PAGE_IDS.decode(page_id)
        if number is None:
            return None
        account, page = divmod(number, _PAGES)
        if not self._people.has("instagram", account):
            return None
        known = page < len(self.pages(account))
        return (account, page) if known else None

    def open_id(self, account: int) -> str:
        """Give the TikTok open_id; like real ones it may begin with a dash."""
        digest = blake2b(f"{self._seed}/open/{account}".encode(), digest_size=24)
        text = urlsafe_b64encode(digest.digest()).decode()
        return f"{'-' if account % 2 == 0 else '_'}000{text}"

    def union_id(self, account: int) -> str:
        """Give the TikTok union_id, in the form of a UUID."""
        digest = blake2b(f"{self._seed}/union/{account}".encode(), digest_size=16)
        text = digest.hexdigest()
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
