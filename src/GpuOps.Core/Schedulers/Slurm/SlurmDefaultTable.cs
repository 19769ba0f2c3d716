using System.Globalization;
using GpuOps.Configuration;
using GpuOps.Values;

namespace GpuOps.Schedulers.Slurm;

/// <summary>What a backend's entry can give to its jobs.</summary>
internal static class SlurmDefaultTable
{
    /// <summary>The group of the keys in a backend's entry.</summary>
    public const string Group = "defaults.";

    private static readonly SettingType Count = SettingType.Number(1, int.MaxValue);
    private static readonly SettingType Time = SettingType.Duration(TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650));
    private static readonly SettingType Size = SettingType.Size(1, long.MaxValue);

    // Where a job says one of them, another would ask for something else than was meant.
    private static readonly (string Name, char Letter)[] GpuOptions = [("gpus", 'G'), ("gpus-per-node", '\0'), ("gpus-per-task", '\0'), ("gres", '\0')];
    private static readonly (string Name, char Letter)[] MemoryOptions = [("mem", '\0'), ("mem-per-cpu", '\0'), ("mem-per-gpu", '\0')];

    /// <summary>The rows.</summary>
    public static IReadOnlyList<SlurmDefault> Rows { get; } =
    [
        Resource("partition", SettingType.Text, "The partition", ("partition", 'p'), static r => r.Partition is not null, static (r, value) => r with { Partition = value }),
        Resource("account", SettingType.Text, "The account", ("account", 'A'), static r => r.Account is not null, static (r, value) => r with { Account = value }),
        Resource("qos", SettingType.Text, "The quality of service", ("qos", 'q'), static r => r.Qos is not null, static (r, value) => r with { Qos = value }),
        Resource("time", Time, "The time limit", ("time", 't'), static r => r.TimeLimit is not null, static (r, value) => r with { TimeLimit = Duration.Parse(value) }),
        Resource("nodes", SettingType.Text, "How many nodes", ("nodes", 'N'), static r => r.Nodes is not null, static (r, value) => r with { Nodes = value }),
        Resource("tasks", Count, "How many tasks", ("ntasks", 'n'), static r => r.Tasks is not null, static (r, value) => r with { Tasks = Number(value) }),
        Resource("tasksPerNode", Count, "How many tasks on each node", ("ntasks-per-node", '\0'), static r => r.TasksPerNode is not null, static (r, value) => r with { TasksPerNode = Number(value) }),
        Gpus("gpus", "How many GPUs: 2, a100:2", static (r, value) => r with { Gpus = value }),
        Gpus("gpusPerNode", "How many GPUs on each node", static (r, value) => r with { GpusPerNode = value }),
        Gpus("gpusPerTask", "How many GPUs for each task", static (r, value) => r with { GpusPerTask = value }),
        Gpus("gres", "The generic resources", static (r, value) => r with { Gres = value }),
        Resource("cpusPerTask", Count, "How many CPUs for each task", ("cpus-per-task", 'c'), static r => r.CpusPerTask is not null, static (r, value) => r with { CpusPerTask = Number(value) }),
        Resource("cpusPerGpu", Count, "How many CPUs for each GPU", ("cpus-per-gpu", '\0'), static r => r.CpusPerGpu is not null, static (r, value) => r with { CpusPerGpu = Number(value) }),
        Memory("memory", "The memory on each node", static (r, value) => r with { MemoryPerNode = ByteSize.Parse(value) }),
        Memory("memoryPerCpu", "The memory for each CPU", static (r, value) => r with { MemoryPerCpu = ByteSize.Parse(value) }),
        Memory("memoryPerGpu", "The memory for each GPU", static (r, value) => r with { MemoryPerGpu = ByteSize.Parse(value) }),
        Resource("constraint", SettingType.Text, "The features that nodes must have", ("constraint", 'C'), static r => r.Constraint is not null, static (r, value) => r with { Constraint = value }),
        Resource("nodeList", SettingType.Text, "Nodes that must be among the job's", ("nodelist", 'w'), static r => r.NodeList is not null, static (r, value) => r with { NodeList = value }),
        Resource("exclude", SettingType.Text, "Nodes that must not", ("exclude", 'x'), static r => r.Exclude is not null, static (r, value) => r with { Exclude = value }),
        Resource("reservation", SettingType.Text, "The reservation", ("reservation", '\0'), static r => r.Reservation is not null, static (r, value) => r with { Reservation = value }),
        Resource("licenses", SettingType.Text, "The licenses", ("licenses", 'L'), static r => r.Licenses is not null, static (r, value) => r with { Licenses = value }),
        new("logFolder", SettingType.Text, "The folder for log files on the cluster, where a job names none.")
        {
            IsSaid = static job => job.Output is not null,
            Give = static (job, _, value) => job with { Output = LogIn(value, job) },
            Options = [("output", 'o')],
            AllowedInProject = false,
        },
        new("workFolder", SettingType.Text, "The folder on the cluster in which a job runs that names none.")
        {
            IsSaid = static job => job.WorkFolder is not null,
            Give = static (job, _, value) => job with { WorkFolder = value },
            Options = [("chdir", 'D')],
            AllowedInProject = false,
        },
        new("mailUser", SettingType.Text, "Who gets mail, where a job names nobody.")
        {
            IsSaid = static job => job.MailUser is not null,
            Give = static (job, _, value) => job with { MailUser = value },
            Options = [("mail-user", '\0')],
            AllowedInProject = false,
        },
        new("mailType", SettingType.Text, "What mail is sent about, with commas.")
        {
            IsSaid = static job => job.MailTypes.Count > 0,
            Give = static (job, _, value) => job with { MailTypes = List(value) },
            Options = [("mail-type", '\0')],
        },
        new("variables.*", SettingType.Text, "A variable of the jobs' environment, by its name.")
        {
            // One by one: a job's own variable wins, and the others are added to it.
            IsSaid = static _ => false,
            Give = static (job, name, value) => job.Environment.Variables.ContainsKey(name) ? job
                : job with { Environment = job.Environment with { Variables = new Dictionary<string, string>(job.Environment.Variables) { [name] = value } } },
            Options = [("export", '\0')],
            AllowedInProject = false,
        },
        Environment("modules", "The environment modules to load, with commas, where a command names none.", static e => e.Modules.Count > 0, static (e, value) => e with { Modules = List(value) }),
        Environment("conda", "The conda environment, where a command names neither that nor a venv.", SaysPython, static (e, value) => e with { Conda = value }),
        Environment("venv", "The Python venv, where a command names neither that nor a conda environment.", SaysPython, static (e, value) => e with { Venv = value }),
        new("template", SettingType.Text, "The template by which the scripts of commands are written that name none.")
        {
            // It is in the request before: what it writes is stronger than the other defaults.
            IsSaid = static _ => true,
            Give = static (job, _, _) => job,
            IsForScripts = false,
            AllowedInProject = false,
        },
        new("powerShell", SettingType.Text, "The pwsh or gpuops that runs script blocks on the nodes, where it is not found there.")
        {
            IsSaid = static job => job.Block?.Program is not null,
            Give = static (job, _, value) => job.Block is null ? job : job with { Block = job.Block with { Program = value } },
            IsForScripts = false,
            AllowedInProject = false,
        },
        Environment("containerImage", "The container image, where a command names none.", static e => e.Container is not null, static (e, value) => e with { Container = new SlurmContainer(null, value) }) with { IsForBlocks = false },
        Environment("containerRuntime", "What runs containers: Apptainer, Singularity or Pyxis.", static e => e.Container?.Runtime is not null,
            static (e, value) => e.Container is null ? e : e with { Container = e.Container with { Runtime = Enum.Parse<SlurmContainerRuntime>(value) } }) with { Type = SettingType.OneOf<SlurmContainerRuntime>() },
        Environment("containerMounts", "The folders to mount, with commas, where a container mounts none.", static e => e.Container?.Mounts.Count > 0,
            static (e, value) => e.Container is null ? e : e with { Container = e.Container with { Mounts = List(value) } }),
    ];

    private static bool SaysPython(SlurmJobEnvironment environment) => environment.Conda is not null || environment.Venv is not null;

    private static SlurmDefault Resource(
        string key, SettingType type, string what, (string Name, char Letter) option, Func<SlurmResourceRequest, bool> isSaid, Func<SlurmResourceRequest, string, SlurmResourceRequest> give) =>
        Resource(key, type, $"{what}, where a job does not say it.", [option], isSaid, give);

    private static SlurmDefault Gpus(string key, string what, Func<SlurmResourceRequest, string, SlurmResourceRequest> give) =>
        Resource(key, SettingType.Text, $"{what}, where a job says nothing of GPUs.", GpuOptions, static r => (r.Gpus ?? r.GpusPerNode ?? r.GpusPerTask ?? r.Gres) is not null, give);

    private static SlurmDefault Memory(string key, string what, Func<SlurmResourceRequest, string, SlurmResourceRequest> give) =>
        Resource(key, Size, $"{what}, where a job says nothing of memory.", MemoryOptions, static r => (r.MemoryPerNode ?? r.MemoryPerCpu ?? r.MemoryPerGpu) is not null, give);

    private static SlurmDefault Resource(
        string key, SettingType type, string description, (string Name, char Letter)[] options, Func<SlurmResourceRequest, bool> isSaid, Func<SlurmResourceRequest, string, SlurmResourceRequest> give) =>
        new(key, type, description)
        {
            IsSaid = job => isSaid(job.Resources),
            Give = (job, _, value) => job with { Resources = give(job.Resources, value) },
            Options = options,
        };

    private static SlurmDefault Environment(
        string key, string description, Func<SlurmJobEnvironment, bool> isSaid, Func<SlurmJobEnvironment, string, SlurmJobEnvironment> give) =>
        new(key, SettingType.Text, description)
        {
            IsSaid = job => isSaid(job.Environment),
            Give = (job, _, value) => job with { Environment = give(job.Environment, value) },
            IsForScripts = false,
            AllowedInProject = false,
        };

    private static int Number(string value) => int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);

    private static string[] List(string value) => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string LogIn(string folder, SlurmJobRequest job) =>
        $"{folder.TrimEnd('/')}/{(job is { Array: null, TaskArguments: null } ? "%x-%j.out" : "%x-%A_%a.out")}";
}
