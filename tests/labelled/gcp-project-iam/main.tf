resource "google_project_iam_member" "all" {
  project = "proj"
  role    = "roles/viewer"
  member  = "allUsers"
}

resource "google_project_iam_member" "named" {
  project = "proj"
  role    = "roles/viewer"
  member  = "serviceAccount:app@proj.iam.gserviceaccount.com"
}

resource "google_project_iam_binding" "auth" {
  project = "proj"
  role    = "roles/browser"
  members = ["allAuthenticatedUsers"]
}

resource "google_project_iam_binding" "group" {
  project = "proj"
  role    = "roles/owner"
  members = ["group:admins@example.com"]
}
