resource "kubernetes_deployment" "d" {
  metadata {
    name = "d"
  }
  spec {
    selector {
      match_labels = { app = "d" }
    }
    template {
      metadata {
        labels = { app = "d" }
      }
      spec {
        container {
          name  = "app"
          image = "registry.example.com:5000/app"
        }
      }
    }
  }
}
