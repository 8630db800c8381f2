"""What the API says of groups."""

from django.contrib.auth.models import Group
from rest_framework import serializers


class GroupSerializer(serializers.ModelSerializer):
    """A group by id or name, as other serializers nest it: writable without Django's "already exists" check."""

    id = serializers.IntegerField(required=False)
    name = serializers.CharField(max_length=150, required=False)

    class Meta:
        model = Group
        fields = ("id", "name")
