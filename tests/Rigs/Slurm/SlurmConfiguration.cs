namespace GpuOps.Rigs;

/// <summary>The text of Slurm's configuration files.</summary>
/// <param name="folder">The rig's folder.</param>
/// <param name="port">The first of its ports.</param>
/// <param name="accounting">Whether there is a slurmdbd.</param>
internal sealed class SlurmConfiguration(string folder, int port, bool accounting)
{
    /// <summary>How many ports a rig uses: slurmctld, slurmdbd and the nodes.</summary>
    public const int Ports = 8;

    /// <summary>The nodes' names.</summary>
    public static IReadOnlyList<string> Nodes { get; } = ["gpu01", "gpu02", "gpu03", "gpu04", "cpu01", "cpu02"];

    /// <summary>cgroup.conf: nothing is asked of the host's control groups.</summary>
    public static string ControlGroups => "CgroupPlugin=cgroup/v1\nCgroupAutomount=no\n";

    /// <summary>gres.conf.</summary>
    public string Gpus => $"NodeName=gpu[01-04] Name=gpu Type=a100 File={folder}/dev/nvidia[0-7]\n";

    /// <summary>slurm.conf.</summary>
    public string Cluster => $"""
        ClusterName=rig
        SlurmctldHost={Host}(127.0.0.1)
        SlurmctldPort={port}
        SlurmUser=root
        SlurmdUser=root
        AuthType=auth/munge
        AuthInfo=socket={Socket}
        CredType=cred/munge
        CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
        StateSaveLocation={folder}/state
        SlurmdSpoolDir={folder}/spool/%n
        SlurmctldPidFile={folder}/run/slurmctld.pid
        SlurmdPidFile={folder}/run/slurmd.%n.pid
        ProctrackType=proctrack/linuxproc
        TaskPlugin=task/none
        SwitchType=switch/none
        MpiDefault=none
        MailProg=/bin/true
        SelectType=select/cons_tres
        SelectTypeParameters=CR_Core_Memory
        SlurmdParameters=config_overrides
        SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0
        PropagateResourceLimits=NONE
        GresTypes=gpu
        JobAcctGatherType=jobacct_gather/none
        ReturnToService=2
        KillWait=2
        MinJobAge=600
        {AccountingStorage}
        NodeName=gpu[01-04] NodeHostname={Host} NodeAddr=127.0.0.1 Port=[{port + 2}-{port + 5}] CPUs=32 Sockets=2 CoresPerSocket=16 ThreadsPerCore=1 RealMemory=256000 Gres=gpu:a100:8
        NodeName=cpu[01-02] NodeHostname={Host} NodeAddr=127.0.0.1 Port=[{port + 6}-{port + 7}] CPUs=16 RealMemory=64000
        PartitionName=gpu Nodes=gpu[01-04] Default=YES DefMemPerCPU=1000 MaxTime=1-00:00:00 DefaultTime=00:10:00
        PartitionName=cpu Nodes=cpu[01-02] DefMemPerCPU=1000 MaxTime=INFINITE

        """;

    /// <summary>slurmdbd.conf.</summary>
    public string Accounting => $"""
        AuthType=auth/munge
        AuthInfo=socket={Socket}
        SlurmUser=root
        DbdHost=localhost
        DbdAddr=127.0.0.1
        DbdPort={port + 1}
        PidFile={folder}/run/slurmdbd.pid
        StorageType=accounting_storage/mysql
        StorageHost=localhost
        StorageUser=root
        StorageLoc=slurm

        """;

    private static string Host => Environment.MachineName.Split('.')[0];

    private string Socket => $"{folder}/run/munge.sock";

    // The password for slurmdbd is the path of munged's socket, where it is not the usual one.
    private string AccountingStorage => accounting
        ? $"""
          AccountingStorageType=accounting_storage/slurmdbd
          AccountingStorageHost=127.0.0.1
          AccountingStoragePort={port + 1}
          AccountingStoragePass={Socket}
          AccountingStorageTRES=gres/gpu
          """
        : "AccountingStorageType=accounting_storage/none";
}
