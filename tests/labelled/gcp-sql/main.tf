resource "google_sql_database_instance" "plain" {
  name             = "plain"
  database_version = "POSTGRES_15"
  region           = "europe-west1"
  settings {
    tier = "db-f1-micro"
  }
}

resource "google_sql_database_instance" "good" {
  name             = "good"
  database_version = "POSTGRES_15"
  region           = "europe-west1"
  settings {
    tier = "db-custom-2-7680"
    backup_configuration {
      enabled = true
    }
    ip_configuration {
      ipv4_enabled    = false
      private_network = "projects/proj/global/networks/n"
    }
  }
}

resource "google_sql_database_instance" "bad" {
  name             = "bad"
  database_version = "MYSQL_8_0"
  region           = "europe-west1"
  settings {
    tier = "db-f1-micro"
    backup_configuration {
      enabled = false
    }
    ip_configuration {
      ipv4_enabled = true
      authorized_networks {
        name  = "everyone"
        value = "0.0.0.0/0"
      }
    }
  }
}

resource "google_sql_database_instance" "office" {
  name             = "office"
  database_version = "MYSQL_8_0"
  region           = "europe-west1"
  settings {
    tier = "db-f1-micro"
    ip_configuration {
      ipv4_enabled = true
      authorized_networks {
        name  = "office"
        value = "198.51.100.0/24"
      }
    }
  }
}

resource "google_sql_database_instance" "dyn" {
  name             = "dyn"
  database_version = "MYSQL_8_0"
  region           = "europe-west1"
  settings {
    tier = "db-f1-micro"
    ip_configuration {
      dynamic "authorized_networks" {
        for_each = { low = "0.0.0.0/1", high = "128.0.0.0/1" }
        content {
          name  = authorized_networks.key
          value = authorized_networks.value
        }
      }
    }
  }
}
