resource "google_kms_key_ring" "r" {
  name     = "r"
  location = "europe-west1"
}

resource "google_kms_crypto_key" "plain" {
  name     = "plain"
  key_ring = google_kms_key_ring.r.id
}

resource "google_kms_crypto_key" "good" {
  name            = "good"
  key_ring        = google_kms_key_ring.r.id
  rotation_period = "7776000s"
}

resource "google_kms_crypto_key" "sign" {
  name     = "sign"
  key_ring = google_kms_key_ring.r.id
  purpose  = "ASYMMETRIC_SIGN"
  version_template {
    algorithm = "EC_SIGN_P384_SHA384"
  }
}

resource "google_kms_crypto_key" "decade" {
  name            = "decade"
  key_ring        = google_kms_key_ring.r.id
  rotation_period = "315360000s"
}
