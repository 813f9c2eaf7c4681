resource "kubernetes_stateful_set_v1" "s" {
  metadata {
    name = "s"
  }
  spec {
    service_name = "s"
    replicas     = 3
    selector {
      match_labels = { app = "s" }
    }
    template {
      metadata {
        labels = { app = "s" }
      }
      spec {
        container {
          name  = "db"
          image = "postgres:15.4"
          resources {
            limits   = { cpu = "1", memory = "1Gi" }
            requests = { cpu = "1", memory = "1Gi" }
          }
        }
        container {
          name  = "backup"
          image = "backup:latest"
          security_context {
            privileged = true
          }
        }
      }
    }
  }
}

resource "kubernetes_daemon_set_v1" "agent" {
  metadata {
    name = "agent"
  }
  spec {
    selector {
      match_labels = { app = "agent" }
    }
    template {
      metadata {
        labels = { app = "agent" }
      }
      spec {
        host_pid = true
        container {
          name  = "agent"
          image = "agent@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
          resources {
            limits   = { cpu = "200m", memory = "64Mi" }
            requests = { cpu = "50m", memory = "64Mi" }
          }
        }
      }
    }
  }
}
