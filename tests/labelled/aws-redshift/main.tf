resource "aws_redshift_cluster" "plain" {
  cluster_identifier  = "plain"
  node_type           = "ra3.xlplus"
  master_username     = "app"
  master_password     = "NotARealSecret1"
  skip_final_snapshot = true
}

resource "aws_redshift_cluster" "good" {
  cluster_identifier  = "good"
  node_type           = "ra3.xlplus"
  master_username     = "app"
  master_password     = "NotARealSecret1"
  skip_final_snapshot = true
  encrypted           = true
  publicly_accessible = false
}

resource "aws_redshift_cluster" "off" {
  cluster_identifier  = "off"
  node_type           = "ra3.xlplus"
  master_username     = "app"
  master_password     = "NotARealSecret1"
  skip_final_snapshot = true
  encrypted           = false
  publicly_accessible = true
}
