"""Match managers as projects write them."""

from tom_targets.base_models import TargetMatchManager


class CatalogueMatchManager(TargetMatchManager):
    """Takes NGC and "New General Catalogue" for one, and what is similar for the same."""

    def match_name(self, name):
        return self.match_fuzzy_name(name)

    def simplify_name(self, name):
        return super().simplify_name(name).replace("newgeneralcatalogue", "ngc")


class NearbyMatchManager(TargetMatchManager):
    """Takes what lies within 1" for the same."""

    def match_target(self, target, *args, **kwargs):
        return super().match_target(target) | self.match_cone_search(target.ra, target.dec, 1).order_by()
