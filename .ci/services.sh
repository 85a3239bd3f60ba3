# The services that the second pass runs on. Those that already listen are used; the others are installed and started.
OUTSIDE_DATABASE_URL=${OUTSIDE_DATABASE_URL:-postgres://postgres@127.0.0.1:5432/postgres}
OUTSIDE_BROKER_URL=${OUTSIDE_BROKER_URL:-amqp://guest:guest@127.0.0.1:5672//}
OUTSIDE_CACHE_URL=${OUTSIDE_CACHE_URL:-redis://127.0.0.1:6379/1}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

wait_for() { # name, port, seconds
  for _ in $(seq "$3"); do listens "$2" && return; sleep 1; done
  echo "$1 does not listen on port $2"; return 1
}

debian_install() {
  if [ -z "${apt_updated:-}" ]; then apt-get update -qq; apt_updated=1; fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

start_services() {
  [ -x /usr/bin/chromium ] || debian_install chromium
  fc-list 2>/dev/null | grep -qi 'noto.*cjk' || debian_install fontconfig fonts-noto-cjk
  if ! listens 5432; then
    command -v pg_ctlcluster >/dev/null || debian_install postgresql
    # Only this machine can reach it: trust whoever is here, as the URL above does.
    for conf in /etc/postgresql/*/main/pg_hba.conf; do sed -i 's/scram-sha-256$/trust/' "$conf"; done
    pg_ctlcluster --skip-systemctl-redirect "$(ls /etc/postgresql | head -n 1)" main start
  fi
  if ! listens 6379; then
    command -v redis-server >/dev/null || debian_install redis-server
    redis-server --daemonize yes --bind 127.0.0.1 --port 6379 --save "" --appendonly no >/dev/null
  fi
  if ! listens 5672; then
    command -v rabbitmq-server >/dev/null || debian_install rabbitmq-server
    rabbitmq-server -detached || true
  fi
  wait_for PostgreSQL 5432 120
  wait_for Redis 6379 60
  wait_for RabbitMQ 5672 600
}
