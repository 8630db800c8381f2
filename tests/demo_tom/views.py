from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from tom_targets.models import Target


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("The page of the demo TOM")


def panel(request: HttpRequest, pk: int) -> HttpResponse:
    target = get_object_or_404(Target.objects.visible_to(request.user), pk=pk)
    return HttpResponse(f"The panel of {target.name}")
