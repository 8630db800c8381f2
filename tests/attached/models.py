from django.db import models


class Portrait(models.Model):
    """One a target."""

    target = models.OneToOneField("tom_targets.BaseTarget", on_delete=models.CASCADE, related_name="portrait")
    painter = models.CharField(max_length=50)


class Brush(models.Model):
    """Hangs on a portrait."""

    portrait = models.ForeignKey(Portrait, on_delete=models.CASCADE)


class Rank(models.Model):
    """One a target and season; one of all seasons that is current. Without a relation back."""

    target = models.ForeignKey("tom_targets.BaseTarget", on_delete=models.PROTECT, related_name="+")
    season = models.IntegerField(null=True)
    current = models.BooleanField(default=False)
    measured = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["target", "season"], name="one_rank_a_season"),
            models.UniqueConstraint(fields=["target"], condition=models.Q(current=True), name="one_current_rank"),
        ]


class Campaign(models.Model):
    name = models.CharField(max_length=50)
    targets = models.ManyToManyField("tom_targets.BaseTarget")
