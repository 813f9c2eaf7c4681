resource "aws_db_instance" "shorter" {
  identifier              = "shorter"
  engine                  = "postgres"
  instance_class          = "db.t3.micro"
  allocated_storage       = 20
  username                = "app"
  manage_master_user_password = true
  skip_final_snapshot     = true
  backup_retention_period = 3
}

resource "aws_db_instance" "longer" {
  identifier              = "longer"
  engine                  = "postgres"
  instance_class          = "db.t3.micro"
  allocated_storage       = 20
  username                = "app"
  manage_master_user_password = true
  skip_final_snapshot     = true
  backup_retention_period = 35
}

resource "aws_db_instance" "same" {
  identifier              = "same"
  engine                  = "postgres"
  instance_class          = "db.t3.micro"
  allocated_storage       = 20
  username                = "app"
  manage_master_user_password = true
  skip_final_snapshot     = true
  backup_retention_period = 7
  apply_immediately       = true
}

resource "aws_rds_cluster" "c" {
  cluster_identifier          = "c"
  engine                      = "aurora-postgresql"
  master_username             = "app"
  manage_master_user_password = true
  skip_final_snapshot         = true
}
