"""The reasons that staff gives, as codes: words of the contract. Knows nothing of who gives them."""

from enum import StrEnum


class StaffReason(StrEnum):
    """Reasons that staff gives, as journal and trail know them; words beside or instead of one stay with its ticket."""

    EXAMINATION = "examination"
    TOILET = "toilet"
    PAYMENT = "payment"
    AWAY = "away"
    LEFT = "left"
    MISTAKE = "mistake"
    NO_ANSWER = "no_answer"
    WRONG_CLINIC = "wrong_clinic"
    SECOND_OPINION = "second_opinion"
    CONSULTATION = "consultation"
    ROUND = "round"
    BREAK = "break"
    IN_PERSON = "in_person"
    PROXY = "proxy"
    DESK = "desk"
    TORN = "torn"
    OTHER = "other"
