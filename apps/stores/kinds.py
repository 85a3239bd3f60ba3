"""What a store can be and do, and how long each service takes. Pure."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    OWN = "own", _("own store")
    COOPERATIVE = "cooperative", _("cooperative store")
    EXPERIENCE = "experience", _("experience centre")
    SWAP = "swap", _("battery swap station")


class Service(TextChoices):
    DELIVERY = "delivery", _("car hand-over")
    MAINTENANCE = "maintenance", _("maintenance")
    ACCESSORY_FITTING = "accessory_fitting", _("accessory fitting")
    FILM = "film", _("film laying")
    CHARGER_INSTALL = "charger_install", _("charger installation")
    TEST_DRIVE = "test_drive", _("test drive")
    BATTERY_SWAP = "battery_swap", _("battery swap")
    REPAIR = "repair", _("repair")


@dataclass(frozen=True, slots=True)
class ServiceRule:
    """How a service is booked: how long it takes, how often a slot begins, and how long ahead it must be booked."""

    minutes: int
    step_minutes: int
    lead: timedelta


SERVICES: dict[str, ServiceRule] = {
    Service.DELIVERY: ServiceRule(60, 30, timedelta(hours=2)),
    Service.MAINTENANCE: ServiceRule(90, 30, timedelta(hours=1)),
    Service.ACCESSORY_FITTING: ServiceRule(120, 30, timedelta(hours=2)),
    Service.FILM: ServiceRule(480, 60, timedelta(hours=12)),
    Service.CHARGER_INSTALL: ServiceRule(180, 60, timedelta(hours=24)),
    Service.TEST_DRIVE: ServiceRule(45, 30, timedelta(hours=1)),
    Service.BATTERY_SWAP: ServiceRule(10, 10, timedelta(minutes=10)),
    Service.REPAIR: ServiceRule(120, 30, timedelta(hours=2)),
}
# Which icon stands for a service.
ICONS = {
    Service.DELIVERY: "key-round",
    Service.MAINTENANCE: "wrench",
    Service.ACCESSORY_FITTING: "package",
    Service.FILM: "layers",
    Service.CHARGER_INSTALL: "plug",
    Service.TEST_DRIVE: "car",
    Service.BATTERY_SWAP: "battery-charging",
    Service.REPAIR: "settings",
}
# What a visitor books; the hand-over of a car is booked with its order.
BOOKABLE: tuple[Service, ...] = (
    Service.TEST_DRIVE,
    Service.MAINTENANCE,
    Service.FILM,
    Service.ACCESSORY_FITTING,
    Service.REPAIR,
    Service.CHARGER_INSTALL,
    Service.BATTERY_SWAP,
)
HORIZON = timedelta(days=60)
HOLD_FOR = timedelta(minutes=10)
# A cooperative store has this much of its own opening time to accept what a customer asks for.
ANSWER_WITHIN = timedelta(hours=2)


class Province(TextChoices):
    """Codes of ISO 3166-2:CN."""

    AH = "AH", _("Anhui")
    BJ = "BJ", _("Beijing")
    CQ = "CQ", _("Chongqing")
    FJ = "FJ", _("Fujian")
    GD = "GD", _("Guangdong")
    GS = "GS", _("Gansu")
    GX = "GX", _("Guangxi")
    GZ = "GZ", _("Guizhou")
    HA = "HA", _("Henan")
    HB = "HB", _("Hubei")
    HE = "HE", _("Hebei")
    HI = "HI", _("Hainan")
    HK = "HK", _("Hong Kong")
    HL = "HL", _("Heilongjiang")
    HN = "HN", _("Hunan")
    JL = "JL", _("Jilin")
    JS = "JS", _("Jiangsu")
    JX = "JX", _("Jiangxi")
    LN = "LN", _("Liaoning")
    MO = "MO", _("Macao")
    NM = "NM", _("Inner Mongolia")
    NX = "NX", _("Ningxia")
    QH = "QH", _("Qinghai")
    SC = "SC", _("Sichuan")
    SD = "SD", _("Shandong")
    SH = "SH", _("Shanghai")
    SN = "SN", _("Shaanxi")
    SX = "SX", _("Shanxi")
    TJ = "TJ", _("Tianjin")
    TW = "TW", _("Taiwan")
    XJ = "XJ", _("Xinjiang")
    XZ = "XZ", _("Tibet")
    YN = "YN", _("Yunnan")
    ZJ = "ZJ", _("Zhejiang")
