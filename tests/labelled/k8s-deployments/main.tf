resource "kubernetes_deployment_v1" "good" {
  metadata {
    name      = "good"
    namespace = "shop"
  }
  spec {
    replicas = 3
    selector {
      match_labels = { app = "good" }
    }
    template {
      metadata {
        labels = { app = "good" }
      }
      spec {
        security_context {
          run_as_non_root = true
          run_as_user     = 10001
        }
        container {
          name  = "app"
          image = "registry.example.com/app:2.4.1"
          security_context {
            allow_privilege_escalation = false
            privileged                 = false
            read_only_root_filesystem  = true
            run_as_non_root            = true
            capabilities {
              drop = ["ALL"]
            }
          }
          resources {
            limits = {
              cpu    = "500m"
              memory = "256Mi"
            }
            requests = {
              cpu    = "100m"
              memory = "128Mi"
            }
          }
          liveness_probe {
            http_get {
              path = "/healthz"
              port = 8080
            }
          }
          readiness_probe {
            http_get {
              path = "/ready"
              port = 8080
            }
          }
        }
      }
    }
  }
}

resource "kubernetes_pod_disruption_budget_v1" "good" {
  metadata {
    name      = "good"
    namespace = "shop"
  }
  spec {
    min_available = 1
    selector {
      match_labels = { app = "good" }
    }
  }
}

resource "kubernetes_deployment_v1" "bad" {
  metadata {
    name      = "bad"
    namespace = "shop"
  }
  spec {
    replicas = 1
    selector {
      match_labels = { app = "bad" }
    }
    template {
      metadata {
        labels = { app = "bad" }
      }
      spec {
        host_network = true
        container {
          name  = "app"
          image = "nginx:latest"
          security_context {
            allow_privilege_escalation = true
            privileged                 = true
            read_only_root_filesystem  = false
            run_as_user                = 0
            capabilities {
              add = ["NET_ADMIN"]
            }
          }
        }
      }
    }
  }
}
