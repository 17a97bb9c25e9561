"""What can be wrong with a campaign before it starts, and what to do, in Czech."""

_INVITE = "Odkaz pro každého vytvoří analytics-pipeline invite CREATOR_ID."
_HASHTAGS = "Opravte hashtagy v aplikaci Creators."
_DATES = "Opravte data zveřejňování v aplikaci Creators."

CZECH_CHECKS: dict[str, str] = {
    "check_no_hashtags": "Kampaň nemá hashtagy, takže se žádný příspěvek nepočítá sám.",
    "check_no_hashtags_next": "Zadejte hashtagy v aplikaci Creators, nebo každý "
    "příspěvek potvrďte při posouzení.",
    "check_unmatchable_hashtag": "V hashtagu jsou mezery nebo znaky, kterými u "
    "platforem končí, takže ho žádný příspěvek nemůže nést.",
    "check_unmatchable_hashtag_next": _HASHTAGS,
    "check_too_many_hashtags": "Příspěvek musí nést všechny hashtagy a platformy jich "
    "dovolují pět.",
    "check_too_many_hashtags_next": "Žádejte nejvýš pět hashtagů, nebo nastavte "
    "ANALYTICS_HASHTAG_RULE na any.",
    "check_shared_hashtags": "Jiná kampaň žádá ve stejné době od týchž tvůrců stejný "
    "hashtag.",
    "check_shared_hashtags_next": "Dejte každé kampani vlastní hashtag; jinak se "
    "příspěvek počítá do obou.",
    "check_near_hashtags": "Hashtag je skoro stejný jako u jiné kampaně téže doby; "
    "tvůrci si je budou plést.",
    "check_near_hashtags_next": "Zvolte odlišnější hashtagy, nebo se často dívejte na "
    "posouzení.",
    "check_no_dates": "Data zveřejňování chybí nebo nejdou přečíst, takže se nic "
    "neshromažďuje.",
    "check_no_dates_next": _DATES,
    "check_dates_reversed": "Zveřejňování končí dřív, než začne, takže se nic "
    "neshromažďuje.",
    "check_dates_reversed_next": _DATES,
    "check_window_past": "Doba zveřejňování je za námi, takže se žádný nový příspěvek "
    "nemůže započítat.",
    "check_window_past_next": "Pokud to není pravda, opravte data v aplikaci "
    "Creators; minulé dny doplní analytics-pipeline backfill, pozdě a bez růstu.",
    "check_already_started": "Zveřejňování už začalo: růst ve dnech před prvním "
    "shromážděním není znám.",
    "check_already_started_next": "Co ještě lze z minulých dnů získat, ukáže "
    "analytics-pipeline backfill --campaign CAMPAIGN --dry-run.",
    "check_no_content_types": "Kampaň nežádá žádný druh obsahu, takže se žádný "
    "příspěvek nepočítá sám.",
    "check_no_content_types_next": "Zvolte v aplikaci Creators, co kampaň žádá.",
    "check_content_type_not_collected": "Kampaň žádá obsah, který se neshromažďuje.",
    "check_content_type_not_collected_next": "Počítejte ho jinde, nebo ho z kampaně "
    "vyjměte.",
    "check_content_type_undeliverable": "Žádný účastník nemá účet, na kterém by "
    "takový obsah byl vidět.",
    "check_content_type_undeliverable_next": "Propojte účty, nebo tento obsah z "
    "kampaně "
    f"vyjměte. {_INVITE}",
    "check_participants_unknown": "Kdo se účastní, tu před začátkem kampaně není "
    "známo.",
    "check_participants_unknown_next": "Aplikace Creators se zeptá analytics-pipeline "
    "check-campaign.",
    "check_no_participants": "Nikdo se neúčastní, takže se nikoho neptáme.",
    "check_no_participants_next": "Přidejte do kampaně tvůrce v aplikaci Creators.",
    "check_unknown_creator": "Účastník není mezi tvůrci, které aplikace Creators "
    "uvádí.",
    "check_unknown_creator_next": "Opravte kampaň nebo seznam tvůrců v aplikaci "
    "Creators.",
    "check_no_account": "Účastníci nemají známý účet na platformě, kterou kampaň "
    "potřebuje.",
    "check_no_account_next": "Zadejte jejich účty (Instagram), nebo je nechte "
    "přihlásit. "
    f"{_INVITE}",
    "check_reconnect_required": "Platforma už propojení účastníků nepřijímá.",
    "check_reconnect_required_next": f"Musí se přihlásit znovu. {_INVITE}",
    "check_stories_not_seen": "Příběhy jsou vidět jen na propojených účtech a ne "
    "všichni účastníci je propojili.",
    "check_stories_not_seen_next": f"Nechte je přihlásit. {_INVITE}",
    "check_calls_over_budget": "Nejrušnější den kampaně potřebuje víc dotazů "
    "Instagramu, než dovoluje hodina, takže se účty odkládají.",
    "check_calls_over_budget_next": "Nechte tvůrce propojit účty, které mají vlastní "
    "limity, nebo zvyšte ANALYTICS_INSTAGRAM_CALLS_PER_HOUR, dovoluje-li Meta víc.",
}
