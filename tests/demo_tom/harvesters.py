"""A catalogue as a plugin author writes it."""

from tom_catalogs.harvester import AbstractHarvester


class DemoHarvester(AbstractHarvester):
    """Asks a small server for a name and makes a target of the JSON it answers."""

    name = "Demo catalogue"
    help_text = "Knows one galaxy."
    base_url = "https://catalogue.example.org"

    def query(self, term):
        self.catalog_data = self.client().get_json("/objects", params={"name": term})

    def to_target(self):
        data = self.answer()
        return self.new_target(name=data["name"], ra=data["ra"], dec=data["dec"], names=data["aliases"])
