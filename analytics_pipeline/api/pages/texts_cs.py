"""The pages' texts in Czech."""

CZECH: dict[str, str] = {
    "language_name": "Čeština",
    "language_label": "Jazyk",
    "agency": "Agentura, se kterou spolupracujete,",
    "account": "Váš účet",
    "instant_format": "%d. %m. %Y %H:%M",
    "footer": "Tato služba čte čísla. Nikdy vaším jménem nic nezveřejní.",
    "back": "Zpět na pozvánku",
    # The invitation.
    "connect_title": "Propojte své účty",
    "connect_intro": "{agency} vás zve k propojení vašich účtů, aby se výsledky "
    "vašich kampaní měřily přímo z čísel platforem.",
    "connect_expires": "Pozvánka platí do {when} ({zone}), pro každou platformu "
    "jednou.",
    "connect_done": "Propojeno touto pozvánkou. Nic dalšího není potřeba.",
    "connect_unavailable": "Přihlášení zde teď není možné. Dejte prosím vědět tomu, "
    "kdo vás pozval.",
    "platform_instagram": "Instagram",
    "platform_tiktok": "TikTok",
    "how_instagram": "Přihlásíte se přes Facebook, zaškrtnete facebookovou stránku, "
    "se kterou je propojen váš profesionální účet na Instagramu, a zde účet vyberete.",
    "how_tiktok": "Přihlásíte se na TikToku a zde účet potvrdíte.",
    "asked_title": "O co žádáme a proč",
    "scope_pages_show_list": "Seznam vašich facebookových stránek: abychom našli tu, "
    "se kterou je propojen váš Instagram.",
    "scope_pages_read_engagement": "Čtení této stránky: přes ni přicházejí údaje o "
    "profilu na Instagramu.",
    "scope_instagram_basic": "Váš profil a příspěvky na Instagramu: abychom našli "
    "příspěvky kampaně.",
    "scope_instagram_manage_insights": "Vaše statistiky: dosah, uložení, sdílení a "
    "čísla stories.",
    "scope_business_management": "Vaše firemní portfolio: abychom našli stránky, "
    "které do něj patří.",
    "scope_pages_manage_metadata": "Oznámení stránky: Instagram nám pak sdělí konečná "
    "čísla story.",
    "scope_user.info.basic": "Vaše veřejné jméno: abychom věděli, čí účet to je.",
    "scope_user.info.profile": "Váš profil: uživatelské jméno účtu.",
    "scope_user.info.stats": "Vaše statistiky: počty sledujících a lajků účtu.",
    "scope_video.list": "Vaše veřejná videa: abychom našli videa kampaně a přečetli "
    "jejich čísla.",
    "button_instagram": "Pokračovat na Facebook",
    "button_tiktok": "Pokračovat na TikTok",
    "kept_title": "Co se uchovává",
    "kept_data": "Texty, odkazy a čísla vašich příspěvků a stories a denní čísla "
    "vašeho účtu. Žádná hesla, žádné zprávy, ničí komentáře.",
    "kept_access": "Přístup, který platforma vydá, je uložen zašifrovaně. Používá se "
    "ke čtení a k oznámením o nových číslech.",
    "leave_title": "Jak propojení zrušit",
    "leave_text": "Souhlas můžete kdykoli odvolat; od té chvíle se nic nečte. "
    "Chcete-li smazat i to, co už bylo získáno, napište tomu, kdo vás pozval.",
    "leave_instagram": "Na Facebooku: Nastavení, Firemní integrace, tuto aplikaci "
    "odeberte.",
    "leave_tiktok": "V TikToku: Nastavení a soukromí, Zabezpečení a oprávnění, "
    "Oprávnění aplikací a služeb, tuto aplikaci odeberte.",
    # Choosing an account.
    "choose_title_one": "Je to správný účet?",
    "choose_title_many": "Který účet chcete propojit?",
    "choose_legend_instagram": "Účet na Instagramu",
    "choose_legend_tiktok": "Účet na TikToku",
    "choose_page": "propojený s facebookovou stránkou {page}",
    "choose_button": "Propojit tento účet",
    "choose_back": "Žádný z nich: zpět na pozvánku",
    "missing_intro": "Něco zůstalo nezaškrtnuté. Účet můžete propojit i tak, bude ale "
    "chybět:",
    "missing_way": "Chcete-li to přece povolit, vraťte se na pozvánku a přihlaste se "
    "znovu.",
    "missing_pages_show_list": "seznam vašich facebookových stránek, bez kterého "
    "nelze účet najít",
    "missing_pages_read_engagement": "údaje o stránce; některá čísla mohou zůstat "
    "neznámá",
    "missing_instagram_basic": "váš profil a příspěvky na Instagramu, bez kterých "
    "nelze nic měřit",
    "missing_instagram_manage_insights": "dosah, uložení, sdílení a čísla stories",
    "missing_user.info.basic": "vaše veřejné jméno, bez kterého nelze účet poznat",
    "missing_user.info.profile": "uživatelské jméno účtu",
    "missing_user.info.stats": "počty sledujících a lajků účtu",
    "missing_video.list": "vaše videa, bez kterých nelze nic měřit",
    # What became of a login.
    "connected_title": "Váš účet je propojen",
    "connected_text": "{account}: propojeno. Děkujeme; stránku můžete zavřít.",
    "renewed_title": "Váš účet už je propojen",
    "renewed_text": "{account}: účet byl propojen už dříve. Přístup jsme obnovili; "
    "stránku můžete zavřít.",
    "limited_title": "Váš účet je propojen, ale něco chybí",
    "limited_text": "{account}: propojeno. Děkujeme. Protože něco zůstalo "
    "nezaškrtnuté, bude chybět:",
    "refused_title": "Nesouhlasili jste",
    "refused_text": "Nic nebylo propojeno ani uloženo. Pokud si to rozmyslíte, "
    "pozvánka stále platí.",
    "expired_title": "Trvalo to příliš dlouho",
    "expired_text": "Kvůli vašemu bezpečí je třeba přihlášení dokončit do čtvrt "
    "hodiny. Nic nebylo propojeno. Začněte prosím znovu.",
    "code_rejected_title": "Přihlášení se nepodařilo dokončit",
    "code_rejected_text": "Platforma přihlášení nepřijala: už bylo použito, nebo "
    "uplynulo příliš mnoho času. Nic nebylo propojeno. Začněte prosím znovu.",
    "other_app_title": "Přihlášení se nepodařilo dokončit",
    "other_app_text": "Odpověď platformy nebyla určena této službě. Nic nebylo "
    "propojeno. Začněte prosím znovu, a pokud se to bude opakovat, dejte vědět tomu, "
    "kdo vás pozval.",
    "permission_missing_title": "Chybí potřebné oprávnění",
    "permission_missing_text": "Nezaškrtnuté zůstalo něco, bez čeho nelze nic měřit. "
    "Nic nebylo propojeno. Přihlaste se prosím znovu a nechte vše zaškrtnuté.",
    "no_page_title": "Nenašli jsme facebookovou stránku",
    "no_page_text": "Facebook nevrátil žádnou vaši stránku, a proto jsme nenašli váš "
    "účet na Instagramu. Nic nebylo propojeno.",
    "no_page_steps": "Pokud stránku máte, přihlaste se znovu a na Facebooku ji "
    "zaškrtněte; na stránce musíte mít sami roli. Pokud ji nemáte: založte si na "
    "Facebooku stránku a propojte ji se svým účtem v Instagramu, v Nastavení v části "
    "Firemní nástroje a ovládací prvky.",
    "no_professional_account_title": "Nenašli jsme profesionální účet na Instagramu",
    "no_professional_account_text": "Facebook vrátil vaše stránky, ale žádná z nich "
    "není propojena s profesionálním účtem na Instagramu. Nic nebylo propojeno.",
    "no_professional_account_steps": "V Instagramu, v Nastavení v části Typ účtu a "
    "nástroje, přejděte na profesionální účet (tvůrce nebo firma) a propojte ho se "
    "svou facebookovou stránkou. Pokud je váš účet propojen s jinou stránkou, "
    "přihlaste se znovu a zaškrtněte i ji.",
    "other_creator_title": "Tento účet patří někomu jinému",
    "other_creator_text": "Účet je už propojen pro jiného tvůrce, proto se nic "
    "nezměnilo. Pokud je váš, dejte vědět tomu, kdo vás pozval.",
    "invitation_ended_title": "Pozvánka skončila",
    "invitation_ended_text": "Během přihlašování pozvánka vypršela, byla použita nebo "
    "zrušena. Nic nebylo propojeno. Požádejte toho, kdo vás pozval, o novou.",
    "platform_failed_title": "Platforma neodpověděla",
    "platform_failed_text": "Platforma byla nedostupná nebo neodpověděla, jak měla. "
    "Nic nebylo propojeno. Zkuste to prosím za několik minut.",
    # What cannot be done.
    "unknown_login_title": "Toto přihlášení neznáme",
    "unknown_login_text": "Adresa nepatří k přihlášení, které by začalo zde. Nic se "
    "nezměnilo. Otevřete prosím znovu svou pozvánku.",
    "login_replayed_title": "Toto přihlášení už bylo použito",
    "login_replayed_text": "Adresa funguje jednou a už byla otevřena. Nic se "
    "nezměnilo. Pokud váš účet ještě není propojen, začněte znovu.",
    "other_browser_title": "Toto není prohlížeč, ve kterém jste začali",
    "other_browser_text": "Přihlášení začalo v jiném prohlížeči nebo aplikaci, nebo "
    "máte vypnuté cookies. Nic se nezměnilo. Otevřete prosím pozvánku znovu v tomto "
    "prohlížeči a začněte odtud.",
    "not_chosen_title": "Vyberte prosím účet",
    "not_chosen_text": "Nebyl vybrán žádný z účtů tohoto přihlášení. Nic nebylo "
    "propojeno.",
    "invitation_unknown_title": "Tuto pozvánku neznáme",
    "invitation_unknown_text": "Adresa je neúplná, nebo nevznikla zde. Otevřete "
    "prosím odkaz přesně tak, jak vám přišel, nebo požádejte o nový.",
    "invitation_expired_title": "Platnost pozvánky vypršela",
    "invitation_expired_text": "Její čas uplynul. Požádejte toho, kdo vás pozval, o "
    "novou.",
    "invitation_revoked_title": "Pozvánka byla zrušena",
    "invitation_revoked_text": "Už ji nelze použít. Pokud vás to překvapuje, zeptejte "
    "se toho, kdo vás pozval.",
    "invitation_used_title": "Už propojeno",
    "invitation_used_text": "Touto pozvánkou už byl účet propojen; pro každou "
    "platformu funguje jednou. Nic dalšího není potřeba.",
    "invitation_not_invited_title": "Mimo pozvánku",
    "invitation_not_invited_text": "Vaše pozvánka je pro jinou platformu.",
    "not_configured_title": "Teď to není možné",
    "not_configured_text": "Přihlášení na této platformě není nastaveno. Dejte prosím "
    "vědět tomu, kdo vás pozval.",
    "form_expired_title": "Zkuste to prosím ještě jednou",
    "form_expired_text": "Stránka byla příliš stará, otevřená v jiném prohlížeči, "
    "nebo máte vypnuté cookies. Nic se nezměnilo. Vraťte se na pozvánku a pokračujte "
    "odtud.",
    # Žádost o vymazání.
    "erasure_title": "Vaše žádost o vymazání",
    "erasure_received": "Přijato. Přístup, který jste udělili, je už zrušen; údaje o "
    "vás budou vymazány v dalším kroku.",
    "erasure_running": "Údaje o vás se právě mažou.",
    "erasure_done": "Hotovo.",
    "erasure_unknown_person": "Pod identifikátorem, který platforma uvedla, tu nikoho "
    "neznáme, takže nebylo co mazat.",
    "erasure_kind": "O co bylo požádáno",
    "erasure_kind_deauthorisation": "Ukončit přístup k vašemu účtu. Chcete-li vymazat "
    "i to, co už bylo shromážděno, požádejte platformu nebo toho, kdo vás pozval.",
    "erasure_kind_deletion": "Ukončit přístup k vašemu účtu a vymazat údaje o vás",
    "erasure_code": "Potvrzovací kód",
    "erasure_received_at": "Přijato",
    "erasure_completed_at": "Dokončeno",
    "erasure_report": "Co bylo změněno",
    "erasure_place": "Kde",
    "erasure_count": "Počet",
    "erasure_not_found_title": "Tento potvrzovací kód neznáme",
    "erasure_not_found_text": "Otevřete prosím adresu přesně tak, jak jste ji dostali.",
    # Na co služba nemůže odpovědět.
    "not_found_title": "Taková stránka tu není",
    "not_found_text": "Otevřete prosím adresu přesně tak, jak jste ji dostali.",
    "unavailable_title": "Teď to není možné",
    "unavailable_text": "Na službě se pracuje. Nic se nezměnilo. Zkuste to prosím "
    "znovu za několik minut.",
    "failed_title": "Něco se nepovedlo",
    "failed_text": "Je to naše chyba a je zaznamenaná. Zkuste to prosím později, a "
    "pokud se to bude opakovat, dejte vědět tomu, kdo vás pozval.",
}
