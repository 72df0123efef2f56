# What every machine needs before kubeadm: kernel modules, sysctls, no swap, containerd, kubeadm, kubelet and kubectl
# of the pinned version, held. It never upgrades: that is `upgrade-control-plane` and `upgrade-worker`.
# On: every machine.
modules=(overlay br_netfilter)
sysctls=(net.bridge.bridge-nf-call-iptables net.bridge.bridge-nf-call-ip6tables net.ipv4.ip_forward)
kubernetes_packages=(kubeadm kubelet kubectl)

apply() {
  refuse_other_version
  load_modules
  set_sysctls
  turn_swap_off
  ensure_packages ca-certificates curl gnupg iptables conntrack ethtool socat apache2-utils openssl
  install_containerd
  kubernetes_source
  install_pinned "$KUBERNETES_VERSION" "${kubernetes_packages[@]}"
  enable_service kubelet
}

check() {
  expect "the kernel has overlay" "modprobe overlay; a kernel of your own: CONFIG_OVERLAY_FS" has_overlay
  expect "the kernel has br_netfilter" "modprobe br_netfilter; a kernel of your own: CONFIG_BRIDGE_NETFILTER" has_br_netfilter
  local name
  for name in "${sysctls[@]}"; do
    expect "$name is 1" "sysctl -w $name=1; then find the file in /etc/sysctl.d that sets it back" sysctl_is_1 "$name"
  done
  expect "swap is off" "swapoff -a; Raspberry Pi OS: systemctl disable --now dphys-swapfile; zram: remove systemd-zram-generator" swap_is_off
  expect "the memory cgroup is on" "Raspberry Pi: add cgroup_enable=memory cgroup_memory=1 to cmdline.txt and reboot" has_memory_cgroup
  expect "cgroup v2" "Kubernetes 1.35 asks for it: a Debian 11 or Ubuntu 21.10 or later has it, or systemd.unified_cgroup_hierarchy=1" has_cgroup_v2
  expect "containerd runs" "journalctl -u containerd" systemctl is-active containerd
  expect "containerd uses systemd's cgroups" "cluster prerequisites" grep -q 'SystemdCgroup = true' "$(path /etc/containerd/config.toml)"
  for name in "${kubernetes_packages[@]}"; do
    expect "$name is $KUBERNETES_VERSION" "cluster prerequisites; another version is there: cluster upgrade-..." is_version "$name"
    expect "$name is held" "apt-mark hold $name" is_held "$name"
  done
  expect "$NODE_NAME resolves to this machine" "add '$ADDRESS $NODE_NAME' to /etc/hosts" getent hosts "$NODE_NAME"
  expect "the clock is synchronised" "apt-get install systemd-timesyncd: certificates and readings need the right time" clock_is_synchronised
}

refuse_other_version() {
  local present
  present=$(installed_version kubelet)
  [[ -z $present || $present == "$KUBERNETES_VERSION"-* ]] ||
    die "kubelet $present is installed, versions says $KUBERNETES_VERSION" "cluster upgrade-control-plane or upgrade-worker; the README says in which order"
}

has_overlay() { grep -qsw overlay "$(path /proc/filesystems)"; }
has_br_netfilter() { [ -e "$(path /proc/sys/net/bridge)" ]; }
has_cgroup_v2() { [ -f "$(path /sys/fs/cgroup/cgroup.controllers)" ]; }
has_memory_cgroup() { grep -qsw memory "$(path /sys/fs/cgroup/cgroup.controllers)" || [ -d "$(path /sys/fs/cgroup/memory)" ]; }
swap_is_off() { [ -z "$(sed 1d "$(path /proc/swaps)" 2>/dev/null)" ]; }
is_version() { [[ $(installed_version "$1") == "$KUBERNETES_VERSION"-* ]]; }
sysctl_is_1() { [ "$(cat "$(path "/proc/sys/${1//.//}")")" = 1 ]; }
clock_is_synchronised() { [ "$(timedatectl show --property NTPSynchronized --value)" = yes ]; }

load_modules() {
  printf '%s\n' "${modules[@]}" | put_file /etc/modules-load.d/kubernetes.conf
  has_overlay || run_or_explain "the kernel must have overlayfs" modprobe overlay
  has_br_netfilter || run_or_explain "the kernel must have br_netfilter; linux-modules-extra brings it on some clouds' Ubuntu" modprobe br_netfilter
}

set_sysctls() {
  local file=/etc/sysctl.d/90-kubernetes.conf name
  printf '%s = 1\n' "${sysctls[@]}" | put_file "$file"
  for name in "${sysctls[@]}"; do
    sysctl_is_1 "$name" 2>/dev/null || { run sysctl --quiet --load "$(path "$file")" && return; }
  done
}

turn_swap_off() { # now and after a reboot
  if [ "$(systemctl is-enabled dphys-swapfile 2>/dev/null)" = enabled ]; then run systemctl disable --now dphys-swapfile; fi
  swap_is_off || run swapoff -a
  [ ! -f "$(path /etc/fstab)" ] || sed -E 's/^[^#]+[[:space:]]swap[[:space:]].*/# &/' "$(path /etc/fstab)" | put_file /etc/fstab
}

install_containerd() {
  [ -n "$(installed_version containerd.io)" ] || ensure_packages containerd
  put_file /etc/containerd/config.toml <"$here/templates/containerd.toml"
  enable_service containerd
  restart_if_older containerd /etc/containerd/config.toml
}
