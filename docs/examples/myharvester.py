"""A harvester of the variable stars that an observatory keeps in a list of its own."""

from tom_catalogs.harvester import AbstractHarvester, Candidate, MissingDataException, SeveralMatchesException
from tom_common.exceptions import RemoteAnswerInvalid


class VariableStarHarvester(AbstractHarvester):
    name = "Variables"
    help_text = "The variable stars of our own observatory, by name or position."
    base_url = "https://variables.example.org"
    info_url = "https://variables.example.org/about"
    required_settings = ("api_key",)

    def query(self, term):
        found = self.ask(name=term)
        if not found:
            raise MissingDataException(f"Our list has no star named '{term}'.")
        self.catalog_data = found[0]

    def query_position(self, ra, dec, radius_arcsec):
        found = self.ask(ra=ra, dec=dec, radius_deg=radius_arcsec / 3600)
        if not found:
            raise MissingDataException(f"Our list has no star within {radius_arcsec:g}″ of this position.")
        if len(found) > 1:
            stars = [Candidate(label=star["name"], term=star["name"], detail=star["type"]) for star in found]
            raise SeveralMatchesException("Several stars of our list lie there.", stars)
        self.catalog_data = found[0]

    def to_target(self):
        star = self.answer()
        return self.new_target(
            name=star.get("name"),
            names=star.get("other_names", []),
            ra=star.get("ra"),
            dec=star.get("dec"),
            epoch=2000.0,
            ephemeris_period=star.get("period_days"),
            extras={"object_type": star.get("type")},
            link=f"{self.info_url}?star={star.get('name')}",
        )

    def ask(self, **question):
        client = self.client()
        client.headers["Authorization"] = f"Token {self.settings()['api_key']}"
        answer = client.get_json("/stars", params=question)
        stars = answer.get("stars") if isinstance(answer, dict) else None
        if not isinstance(stars, list):
            raise RemoteAnswerInvalid("Our list answered with something that is no list of stars.", service=self.name)
        return stars
