resource "aws_kms_key" "eks" {
  description = "eks"
}

resource "aws_eks_cluster" "plain" {
  name     = "plain"
  role_arn = "arn:aws:iam::123456789012:role/eks"
  vpc_config {
    subnet_ids = ["subnet-01", "subnet-02"]
  }
}

resource "aws_eks_cluster" "private" {
  name                      = "private"
  role_arn                  = "arn:aws:iam::123456789012:role/eks"
  enabled_cluster_log_types = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
  vpc_config {
    subnet_ids              = ["subnet-01", "subnet-02"]
    endpoint_private_access = true
    endpoint_public_access  = false
  }
  encryption_config {
    resources = ["secrets"]
    provider {
      key_arn = aws_kms_key.eks.arn
    }
  }
}

resource "aws_eks_cluster" "office" {
  name     = "office"
  role_arn = "arn:aws:iam::123456789012:role/eks"
  vpc_config {
    subnet_ids             = ["subnet-01", "subnet-02"]
    endpoint_public_access = true
    public_access_cidrs    = ["198.51.100.0/24"]
  }
  encryption_config {
    resources = ["secrets"]
    provider {
      key_arn = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    }
  }
}

resource "aws_eks_cluster" "open" {
  name                      = "open"
  role_arn                  = "arn:aws:iam::123456789012:role/eks"
  enabled_cluster_log_types = []
  vpc_config {
    subnet_ids          = ["subnet-01", "subnet-02"]
    public_access_cidrs = ["10.0.0.0/8", "0.0.0.0/0"]
  }
}
