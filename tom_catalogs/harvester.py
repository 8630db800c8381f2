"""What a catalogue harvester is: it asks one catalogue for an object and makes a target of the answer.

    class MyHarvester(AbstractHarvester):
        name = "My catalogue"
        base_url = "https://catalogue.example.org"

        def query(self, term):
            self.catalog_data = self.client().get_json("/objects", params={"name": term})

        def to_target(self):
            data = self.answer()
            return self.new_target(name=data["name"], ra=data["ra"], dec=data["dec"], names=data["aliases"])
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tom_catalogs import values
from tom_catalogs.answers import Candidate
from tom_common import registries
from tom_common.conf import tom_settings
from tom_common.exceptions import ImproperCredentialsException, RemoteAnswerInvalid, TomError
from tom_common.remote import RemoteClient

if TYPE_CHECKING:
    from tom_targets.models import Target

__all__ = [
    "AbstractHarvester", "Candidate", "HarvesterNotConfigured", "MissingDataException", "SeveralMatchesException",
    "get_service_classes",
]

#: Target field -> lowest and highest value that can be meant, in the field's unit.
PLAUSIBLE = {
    "pm_ra": (-20_000, 20_000),
    "pm_dec": (-20_000, 20_000),
    "parallax": (-1000, 1000),
    "distance": (0, 1e11),
    "distance_err": (0, 1e11),
    "eccentricity": (0, 1000),
    "inclination": (0, 180),
    "semimajor_axis": (1e-4, 1e6),
    "perihdist": (1e-5, 1e5),
    "mean_daily_motion": (0, 1000),
    "abs_mag": (-15, 50),
    "slope": (-10, 100),
}
ORBITAL_ANGLES = ("mean_anomaly", "arg_of_perihelion", "lng_asc_node")
EPOCHS = ("epoch_of_elements", "epoch_of_perihelion")
#: Aliases above this length do not fit into a TOM.
LONGEST_ALIAS = 100


class MissingDataException(TomError):
    """The catalogue has no such object, or nothing was asked yet. `str(error)` is fit for the page."""


class SeveralMatchesException(MissingDataException):
    """More than one object fits; the user chooses among `candidates`."""

    def __init__(self, message: str, candidates: Iterable[Candidate]):
        super().__init__(message)
        self.candidates = list(candidates)


class HarvesterNotConfigured(ImproperCredentialsException):
    """The project's settings lack what the catalogue asks for."""


def get_service_classes() -> dict[str, type["AbstractHarvester"]]:
    """{name: class} of the harvesters that this TOM offers."""
    return registries.harvesters.classes()


class AbstractHarvester:
    """One catalogue. Instantiated without arguments for every question.

    `query` (and `query_position`, where the catalogue can be asked by position) puts the answer into `catalog_data`;
    `to_target` makes an unsaved target of it. What they cannot do they say by raising: MissingDataException,
    SeveralMatchesException, or a RemoteError of the client.
    """

    name = "ABSTRACT_HARVESTER"
    verbose_name = ""
    help_text = ""
    #: Where the service is, unless HARVESTERS[name]["base_url"] says otherwise.
    base_url = ""
    #: A page about the catalogue, for people.
    info_url = ""
    #: Seconds that an answer may take, unless HARVESTERS[name]["timeout_s"] says otherwise; None is REMOTE_TIMEOUT_S.
    timeout_s: float | None = None
    #: Keys that HARVESTERS[name] must have.
    required_settings: tuple[str, ...] = ()

    catalog_data: Any = None

    def query(self, term: str) -> None:
        """Ask for an object by name and keep the answer in `catalog_data`."""
        raise NotImplementedError

    def query_position(self, ra: float, dec: float, radius_arcsec: float) -> None:
        """Ask for what lies within `radius_arcsec` of a position (degrees, ICRS). Optional."""
        raise NotImplementedError

    def to_target(self) -> "Target":
        """An unsaved target. Further names stand in `target.extra_names`, what a target has no field for (redshift,
        object type) in `target.catalog_extras`. Raises MissingDataException when the answer is empty."""
        from tom_targets.models import Target  # a plugin may import this module before the models are loaded

        self.answer()
        return Target()

    @classmethod
    def accepts_positions(cls) -> bool:
        return cls.query_position is not AbstractHarvester.query_position

    @classmethod
    def label(cls) -> str:
        return cls.verbose_name or cls.name

    @classmethod
    def settings(cls) -> dict[str, Any]:
        """HARVESTERS[name]; upper and lower case of the name are the same."""
        configured = tom_settings.HARVESTERS
        exact = configured.get(cls.name)
        same = (value for name, value in configured.items() if name.lower() == cls.name.lower())
        found = exact if exact is not None else next(same, None)
        return found if isinstance(found, dict) else {}

    @classmethod
    def missing_settings(cls) -> list[str]:
        """The keys of HARVESTERS[name] that are needed and not there."""
        settings = cls.settings()
        return [key for key in cls.required_settings if settings.get(key) in (None, "")]

    def client(self, **kwargs: Any) -> RemoteClient:
        """The way to the service: its address and time limit come from HARVESTERS[name]. `kwargs` as for RemoteClient.

        Raises HarvesterNotConfigured when a required setting is missing.
        """
        if missing := self.missing_settings():
            raise HarvesterNotConfigured(
                f"{self.label()} is not configured: HARVESTERS['{self.name}'] has no {', '.join(missing)}."
            )
        settings = self.settings()
        return RemoteClient(
            self.label(), settings.get("base_url") or self.base_url,
            **{
                "timeout_s": settings.get("timeout_s") or self.timeout_s,
                "secrets": [settings.get("api_key") or ""], **kwargs,
            },
        )

    def answer(self) -> Any:
        """`catalog_data`, or MissingDataException when there is nothing in it."""
        if _is_empty(self.catalog_data):
            raise MissingDataException(f"{self.label()} has no data on this object.")
        return self.catalog_data

    def new_target(
        self, *, name: str, names: Iterable[str] = (), extras: dict[str, Any] | None = None,
        notes: Iterable[str] = (), link: str = "", **fields: Any,
    ) -> "Target":
        """An unsaved target with checked values: positions in degrees, epochs as MJD, angles wrapped; None is left out.

        `extras` are values that a target has no field for, `notes` sentences for the page, `link` the catalogue's page
        of the object. Raises RemoteAnswerInvalid when a value is impossible, MissingDataException when the object has
        neither position nor elements.
        """
        from tom_targets.models import Target  # as above

        name = values.text(name, "name", service=self.label())
        if not name:
            raise RemoteAnswerInvalid(f"{self.label()} gives no name.", service=self.label())
        target = Target(name=name, **self.checked(fields))
        target.extra_names = self._further_names(target.name, names)
        target.catalog_extras = {key: value for key, value in (extras or {}).items() if value not in (None, "")}
        target.catalog_notes, target.catalog_link = [note for note in notes if note], link
        return target

    def checked(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The fields of a target with possible values only. See `new_target`."""
        service = self.label()
        checked = {key: value for key, value in fields.items() if value is not None}
        if "scheme" in checked:
            checked["type"] = "NON_SIDEREAL"
        else:
            ra, dec = values.position(fields.get("ra"), fields.get("dec"), service=service)
            if ra is None:
                raise MissingDataException(f"{service} knows the object but has no position for it.")
            checked |= {"type": "SIDEREAL", "ra": ra, "dec": dec}
        for key in checked.keys() & PLAUSIBLE.keys():
            low, high = PLAUSIBLE[key]
            checked[key] = values.number(checked[key], _words(key), service=service, low=low, high=high)
        for key in checked.keys() & set(ORBITAL_ANGLES):
            checked[key] = values.angle(checked[key], _words(key), service=service)
        for key in checked.keys() & set(EPOCHS):
            checked[key] = values.mjd(checked[key], _words(key), service=service)
        return {key: value for key, value in checked.items() if value is not None}

    def _further_names(self, name: str, names: Iterable[str]) -> list[str]:
        """Each further name once, without the target's own, however it is spaced or written."""
        seen, further = {_simple(name)}, []
        for candidate in names:
            other = values.text(candidate, "alias", service=self.label())
            if other and len(other) <= LONGEST_ALIAS and _simple(other) not in seen:
                seen.add(_simple(other))
                further.append(other)
        return further

    @staticmethod
    def jd_to_mjd(jd_value: float) -> float:
        """Julian Date to Modified Julian Date."""
        return jd_value - values.JD_TO_MJD


def _is_empty(data: Any) -> bool:
    """Whether an answer holds nothing. Tables and arrays have no truth value, but a length."""
    if data is None:
        return True
    try:
        return len(data) == 0
    except TypeError:
        return not data


def _simple(name: str) -> str:
    return "".join(character for character in name.lower() if character not in " -_()")


def _words(field_name: str) -> str:
    return field_name.replace("_", " ")
