resource "google_storage_bucket" "a" {
  name     = "iam-a"
  location = "EU"
}

resource "google_storage_bucket" "b" {
  name     = "iam-b"
  location = "EU"
}

resource "google_storage_bucket" "c" {
  name     = "iam-c"
  location = "EU"
}

resource "google_storage_bucket" "d" {
  name     = "iam-d"
  location = "EU"
}

resource "google_storage_bucket" "e" {
  name     = "iam-e"
  location = "EU"
}

resource "google_storage_bucket" "f" {
  name     = "iam-f"
  location = "EU"
}

resource "google_storage_bucket_iam_member" "all" {
  bucket = google_storage_bucket.a.name
  role   = "roles/storage.objectViewer"
  member = "allUsers"
}

resource "google_storage_bucket_iam_member" "named" {
  bucket = google_storage_bucket.b.name
  role   = "roles/storage.objectViewer"
  member = "user:jane@example.com"
}

resource "google_storage_bucket_iam_binding" "auth" {
  bucket  = google_storage_bucket.c.name
  role    = "roles/storage.objectViewer"
  members = ["user:jane@example.com", "allAuthenticatedUsers"]
}

resource "google_storage_bucket_iam_binding" "group" {
  bucket  = google_storage_bucket.d.name
  role    = "roles/storage.admin"
  members = ["group:ops@example.com"]
}

resource "google_storage_bucket_access_control" "acl" {
  bucket = google_storage_bucket.e.name
  role   = "READER"
  entity = "allUsers"
}

data "google_iam_policy" "open" {
  binding {
    role    = "roles/storage.objectViewer"
    members = ["allUsers"]
  }
}

resource "google_storage_bucket_iam_policy" "doc" {
  bucket      = google_storage_bucket.f.name
  policy_data = data.google_iam_policy.open.policy_data
}
