resource "google_storage_bucket" "plain" {
  name     = "plain"
  location = "EU"
}

resource "google_storage_bucket" "good" {
  name                        = "good"
  location                    = "EU"
  uniform_bucket_level_access = true
  versioning {
    enabled = true
  }
  logging {
    log_bucket = "access-logs"
  }
}

resource "google_storage_bucket" "off" {
  name                        = "off"
  location                    = "EU"
  uniform_bucket_level_access = false
  versioning {
    enabled = false
  }
}
