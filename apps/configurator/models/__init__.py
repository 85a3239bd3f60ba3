"""What a product manager edits, what is published from it and by whom, what is compiled, and the cars people save."""

from apps.configurator.insight.models import InsightCount, InsightEvent

from .artefacts import Artefact, ArtefactRequest, SolvedAnswer
from .builds import Build
from .drafts import (
    CODE,
    COLOUR,
    Configurator,
    Option,
    OptionGroup,
    PriceRule,
    RentalTerms,
    Rule,
    Validity,
    default_markets,
)
from .publications import Publication
from .versions import ConfiguratorVersion

__all__ = [
    "CODE",
    "COLOUR",
    "Artefact",
    "ArtefactRequest",
    "Build",
    "Configurator",
    "ConfiguratorVersion",
    "InsightCount",
    "InsightEvent",
    "Option",
    "OptionGroup",
    "PriceRule",
    "Publication",
    "RentalTerms",
    "Rule",
    "SolvedAnswer",
    "Validity",
    "default_markets",
]
