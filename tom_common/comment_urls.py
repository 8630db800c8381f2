"""The routes of django-contrib-comments, by its names, with our rule of who may: whoever may see what is commented on.

Its pages to flag, approve and delete are for superusers here, who use the comment's own delete button or the admin.
"""

from django.urls import path, re_path
from django_comments.views import moderation

from tom_common.mixins import superuser_required
from tom_common.views import comments

urlpatterns = [
    path("post/", comments.post_comment, name="comments-post-comment"),
    path("posted/", comments.comment_done, name="comments-comment-done"),
    path("flag/<int:comment_id>/", superuser_required(moderation.flag), name="comments-flag"),
    path("flagged/", superuser_required(moderation.flag_done), name="comments-flag-done"),
    path("delete/<int:comment_id>/", superuser_required(moderation.delete), name="comments-delete"),
    path("deleted/", superuser_required(moderation.delete_done), name="comments-delete-done"),
    path("approve/<int:comment_id>/", superuser_required(moderation.approve), name="comments-approve"),
    path("approved/", superuser_required(moderation.approve_done), name="comments-approve-done"),
    re_path(r"^cr/(\d+)/(.+)/$", comments.to_commented_object, name="comments-url-redirect"),
]
