variable "probe_port" {
  default = 8080
}

resource "kubernetes_pod_v1" "priv" {
  metadata {
    name = "priv"
  }
  spec {
    host_ipc = true
    init_container {
      name  = "setup"
      image = "busybox:1.36"
      security_context {
        privileged = true
      }
    }
    container {
      name  = "app"
      image = "app:1.2"
    }
  }
}

resource "kubernetes_pod_v1" "plain" {
  metadata {
    name = "plain"
  }
  spec {
    security_context {
      run_as_non_root = true
    }
    container {
      name  = "app"
      image = "app:1.2"
      security_context {
        allow_privilege_escalation = false
        read_only_root_filesystem  = true
        capabilities {
          drop = ["ALL"]
          add  = ["NET_BIND_SERVICE"]
        }
      }
      liveness_probe {
        tcp_socket {
          port = var.probe_port
        }
      }
      readiness_probe {
        exec {
          command = ["/bin/true"]
        }
      }
    }
  }
}
