"""Names of people by language, each with its spelling in Latin letters.

Data only; who gets which name is decided in ``people``.
"""

from typing import Final

NamePair = tuple[str, str]

FIRST_NAMES: Final[dict[str, tuple[NamePair, ...]]] = {
    "cs": (
        ("Tereza", "tereza"),
        ("Jan", "jan"),
        ("Kateřina", "katerina"),
        ("Ondřej", "ondrej"),
        ("Eliška", "eliska"),
        ("Matěj", "matej"),
        ("Zuzana", "zuzana"),
        ("Vojtěch", "vojtech"),
    ),
    "ru": (
        ("Анна", "anna"),
        ("Дмитрий", "dmitry"),
        ("Екатерина", "ekaterina"),
        ("Илья", "ilya"),
        ("Полина", "polina"),
        ("Сергей", "sergey"),
        ("Ксения", "ksenia"),
        ("Никита", "nikita"),
    ),
    "ko": (
        ("민준", "minjun"),
        ("서연", "seoyeon"),
        ("지우", "jiwoo"),
        ("하은", "haeun"),
        ("도윤", "doyun"),
        ("수아", "sua"),
        ("예준", "yejun"),
        ("다은", "daeun"),
    ),
    "th": (
        ("ณัฐพล", "nattapon"),
        ("พิมพ์ชนก", "pimchanok"),
        ("กิตติ", "kitti"),
        ("ศิริพร", "siriporn"),
        ("ธนกร", "thanakorn"),
        ("อรทัย", "orathai"),
        ("ปวีณา", "paweena"),
        ("ชัยวัฒน์", "chaiwat"),
    ),
    "ar": (
        ("ليلى", "layla"),
        ("يوسف", "yousef"),
        ("مريم", "maryam"),
        ("عمر", "omar"),
        ("نور", "nour"),
        ("خالد", "khaled"),
        ("سلمى", "salma"),
        ("كريم", "karim"),
    ),
    "en": (
        ("Amelia", "amelia"),
        ("Noah", "noah"),
        ("Priya", "priya"),
        ("Liam", "liam"),
        ("Zoe", "zoe"),
        ("Marcus", "marcus"),
        ("Imogen", "imogen"),
        ("Theo", "theo"),
    ),
}

LAST_NAMES: Final[dict[str, tuple[NamePair, ...]]] = {
    "cs": (
        ("Nováková", "novakova"),
        ("Dvořák", "dvorak"),
        ("Svobodová", "svobodova"),
        ("Černý", "cerny"),
        ("Procházková", "prochazkova"),
        ("Kučera", "kucera"),
    ),
    "ru": (
        ("Иванова", "ivanova"),
        ("Соколов", "sokolov"),
        ("Морозова", "morozova"),
        ("Лебедев", "lebedev"),
        ("Орлова", "orlova"),
        ("Зайцев", "zaitsev"),
    ),
    "ko": (
        ("김", "kim"),
        ("이", "lee"),
        ("박", "park"),
        ("최", "choi"),
        ("정", "jung"),
        ("한", "han"),
    ),
    "th": (
        ("ใจดี", "jaidee"),
        ("ศรีสุข", "srisuk"),
        ("ทองดี", "thongdee"),
        ("วงศ์งาม", "wongngam"),
        ("แสงทอง", "saengthong"),
        ("บุญมา", "boonma"),
    ),
    "ar": (
        ("حداد", "haddad"),
        ("منصور", "mansour"),
        ("العلي", "alali"),
        ("فارس", "fares"),
        ("الخطيب", "alkhatib"),
        ("سالم", "salem"),
    ),
    "en": (
        ("Hart", "hart"),
        ("Okafor", "okafor"),
        ("Bennett", "bennett"),
        ("Rao", "rao"),
        ("Whitfield", "whitfield"),
        ("Quinn", "quinn"),
    ),
}

LOCALES: Final = ("cs", "ru", "ko", "th", "ar", "en")

BIOGRAPHIES: Final[dict[str, tuple[str, ...]]] = {
    "cs": ("keramika a káva ☕", "Praha · móda · běh", "máma dvou, pečení 🥐"),
    "ru": ("мода, город, кофе ☕", "фотограф из Казани", "рецепты и прогулки 🌿"),
    "ko": ("서울 데일리룩 ✨", "카페 기록 ☕", "운동하는 개발자 💪"),
    "th": ("รีวิวของกินทุกวัน 🍜", "เที่ยวไทยไปด้วยกัน", "แต่งหน้าใส ๆ 💄"),
    "ar": ("وصفات من القلب 🍋", "سفر وتصوير 📷", "أزياء بسيطة"),
    "en": ("small rooms, big plants 🌱", "runner. cook. repeat.", "style on a budget"),
}
