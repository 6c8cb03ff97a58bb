"""Made-up people: names, birth dates, documents, phones. Nobody's; knows nothing of halls and tickets."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟"
    "谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
COMPOUND_SURNAMES = ("欧阳", "司马", "上官", "诸葛", "慕容", "尉迟")
GIVEN = {
    "male": "伟强磊军洋勇明超刚建国东志海文博宇轩梓浩然思远天佑泽瑞祥福生长贵根俊熙一诺青冬",
    "female": "芳娜敏静丽艳娟涛秀霞桂英玉兰春梅红燕晓雪涵墨欣怡雨桐嘉懿佳琪若曦诗语嫣凤仙素珍淑贞秋菊",
}
RARE = ("𠮷田", "王㐂", "䶮文博", "李𠮷", "张㐂梅", "陈䶮")
DOTTED = ("阿依古丽·买买提", "买买提·吐尔逊", "古丽娜尔·艾山江", "多吉·次仁", "阿卜杜拉·依明江", "娜仁·格日勒")
FOREIGN = (
    ("Maria", "García López", "female"),
    ("John", "O'Neill", "male"),
    ("Anna", "Müller-Schmidt", "female"),
    ("Nguyễn", "Thị Hồng", "female"),
    ("Aleksandr", "Ivanov", "male"),
    ("Fatima", "Al-Zahra", "female"),
    ("Jean-Baptiste", "Lefèvre", "male"),
    ("Priya", "Ramakrishnan", "female"),
    ("Kim", "Min-jun", "male"),
    ("Oluwaseun", "Adéyẹmí", "male"),
)
ADDRESS_CODE = "110000"
"""A province's own code. The address code on a card is always a county's (GB 11643), so no card begins like this."""
CHECK_CHARACTERS = "10X98765432"
CHECK_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist. `document` is an identity number, or a passport number for a foreigner."""

    name: str
    sex: str
    birth_date: date
    document: str
    document_kind: str
    phone: str
    language: str


def identity_number(birth_date: date, order: int) -> str:
    """An 18-place resident identity number that passes every check and belongs to nobody (GB 11643-1999).

    `order` 0–999: odd for men, even for women. The last place is ISO 7064 MOD 11-2.
    """
    body = f"{ADDRESS_CODE}{birth_date:%Y%m%d}{order:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, CHECK_WEIGHTS, strict=True))
    return body + CHECK_CHARACTERS[total % 11]


def _chinese_name(random: Random, sex: str) -> str:
    chance = random.random()
    if chance < 0.03:
        return random.choice(RARE)
    if chance < 0.06:
        return random.choice(DOTTED)
    surname = random.choice(COMPOUND_SURNAMES) if chance < 0.08 else random.choice(SURNAMES)
    return surname + "".join(random.choice(GIVEN[sex]) for _ in range(random.choice((1, 2, 2, 2))))


def _birth_date(random: Random, today: date) -> date:
    """Ages as in an outpatient hall: many over sixty, some children, a few over eighty."""
    age = random.choices((7, 25, 40, 55, 68, 80), weights=(8, 18, 22, 20, 22, 10))[0] + random.randint(-6, 10)
    return today - timedelta(days=max(age, 1) * 365 + random.randint(0, 364))


def made_up_people(random: Random, today: date, foreign_share: float = 0.08) -> Iterator[Person]:
    """People without end, no two with one document; the same `random` gives the same people."""
    taken: set[str] = set()
    while True:
        person = _made_up(random, today, foreign=random.random() < foreign_share)
        if person.document not in taken:
            taken.add(person.document)
            yield person


def _made_up(random: Random, today: date, *, foreign: bool) -> Person:
    birth_date = _birth_date(random, today)
    phone = f"100{random.randint(0, 99_999_999):08d}"  # no network of the country begins with 100
    if foreign:
        given, family, sex = random.choice(FOREIGN)
        passport = f"XX{random.randint(0, 9_999_999):07d}"
        return Person(f"{given} {family}", sex, birth_date, passport, "passport", phone, "en")
    sex = random.choice(("male", "female"))
    order = random.randrange(1, 1000, 2) if sex == "male" else random.randrange(0, 1000, 2)
    return Person(_chinese_name(random, sex), sex, birth_date, identity_number(birth_date, order), "ric", phone, "zh")
