"""What people write, by language. Data only; ``captions`` puts it together."""

from typing import Final

ORDINARY_TEXTS: Final[dict[str, tuple[str, ...]]] = {
    "cs": (
        "Ráno začíná kávou a tichem ☕",
        "Výlet na Kokořínsko, nohy bolí, hlava odpočívá.",
        "Který odstín byste vybrali vy?",
        "Recept najdete v komentářích 🥐",
        "Konečně doma. Kdo to taky tak má?",
        "Tři věci, bez kterých neodcházím z domu",
    ),
    "ru": (
        "Доброе утро, город ☀️",
        "Нашла кофейню, в которой хочется жить.",
        "Какой вариант выбрали бы вы?",
        "Рецепт в комментариях 🌿",
        "Немного закулисья сегодняшнего дня",
        "Выходные прошли слишком быстро",
    ),
    "ko": (
        "오늘의 기록 ☕",
        "주말엔 역시 브런치 🥞",
        "어떤 색이 더 예쁜가요?",
        "퇴근하고 한강 산책",
        "요즘 매일 쓰는 것들 모아봤어요",
        "비 오는 날의 카페",
    ),
    "th": (
        "เช้านี้เริ่มด้วยกาแฟ ☕",
        "ร้านนี้อร่อยมาก ต้องมาซ้ำ 🍜",
        "ชอบสีไหนกันบ้างคะ",
        "วันหยุดสั้น ๆ ที่หัวหิน 🌊",
        "ของที่ใช้ทุกวัน แนะนำเลย",
        "ขอบคุณทุกคนที่ดูจนจบ",
    ),
    "ar": (
        "صباح الخير ☀️",
        "قهوة وكتاب، ولا شيء آخر",
        "أي لون تختارون؟",
        "الوصفة في التعليقات 🍋",
        "يوم هادئ في المدينة القديمة",
        "شكراً لكل من تابع حتى النهاية",
    ),
    "en": (
        "Monday, but make it coffee ☕",
        "Six miles before breakfast. Who am I?",
        "Which one would you pick?",
        "Recipe in the comments 🍋",
        "A quiet corner of the city",
        "Things I no longer leave the house without",
    ),
}

CAMPAIGN_TEXTS: Final[dict[str, tuple[str, ...]]] = {
    "cs": (
        "Nová kolekce je tady a já ji nesundávám 😍",
        "Spolupráce: vyzkoušela jsem za vás, tohle si nechám.",
        "Jaro v plném proudu 🌷",
    ),
    "ru": (
        "Новая коллекция уже со мной 😍 реклама",
        "Проверила за вас: это остаётся у меня",
        "Весна в каждой детали 🌷",
    ),
    "ko": (
        "드디어 신상 도착! 😍 (광고)",
        "일주일 써 본 솔직 후기",
        "봄이랑 잘 어울려요 🌷",
    ),
    "th": (
        "ของใหม่มาแล้ว รีวิวให้ดูเลย 😍",
        "ลองใช้มาหนึ่งอาทิตย์ ชอบมากค่ะ",
        "เข้ากับหน้าร้อนสุด ๆ ☀️",
    ),
    "ar": (
        "المجموعة الجديدة وصلت 😍 إعلان",
        "جرّبتها أسبوعاً كاملاً وهذا رأيي",
        "لمسة ربيع في كل يوم 🌷",
    ),
    "en": (
        "It finally arrived and I'm not taking it off 😍 (ad)",
        "One week with it: my honest take",
        "Spring in every detail 🌷",
    ),
}

ORDINARY_TAGS: Final[dict[str, tuple[str, ...]]] = {
    "cs": ("#praha", "#dneska", "#kava"),
    "ru": ("#утро", "#москва", "#стиль"),
    "ko": ("#데일리", "#서울", "#일상"),
    "th": ("#รีวิว", "#กาแฟ", "#ที่เที่ยว"),
    "ar": ("#صباح_الخير", "#قهوة", "#يوميات"),
    "en": ("#ootd", "#slowmorning", "#2026"),
}

EMOJI: Final = ("✨✨✨", "🌷", "😍🔥", "👨‍👩‍👧", "☕️☕️", "🇨🇿❤️")
