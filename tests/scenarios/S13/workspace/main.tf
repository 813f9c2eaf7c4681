resource "aws_eks_cluster" "main" {
  name                      = "main"
  role_arn                  = "arn:aws:iam::123456789012:role/eks"
  enabled_cluster_log_types = ["api", "audit", "authenticator", "controllerManager", "scheduler"]

  vpc_config {
    subnet_ids              = ["subnet-0a1b2c3d4e5f60718", "subnet-1a1b2c3d4e5f60718"]
    endpoint_private_access = true
    endpoint_public_access  = false
  }
}

resource "aws_kms_key" "eks" {
  description             = "Secrets of the cluster"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}
