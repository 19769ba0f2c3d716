namespace GpuOps.Schedulers.Slurm;

/// <summary>A job that sbatch has just taken, as far as what it was told says how it is: nobody is asked.</summary>
/// <param name="command">What sbatch was told.</param>
/// <param name="folder">The folder in which it ran; null when that is not known.</param>
/// <param name="user">Whose job it is; empty when that is not known.</param>
internal sealed class SlurmTakenJob(SbatchCommand command, string? folder, string user)
{
    private readonly string[] _line = [.. command.Arguments.TakeWhile(static word => word != "--")];

    // Behind that stands what another part of a heterogeneous job wants.
    private readonly string[] _script = [.. SbatchDirectives.Read(command.Script.Span).TakeWhile(static word => word is not ("hetjob" or "packjob"))];

    /// <summary>The job.</summary>
    /// <param name="id">Its id, that of the array if it is one.</param>
    public SlurmJob ToJob(SlurmJobId id)
    {
        var name = Told("job-name", 'J') ?? "";
        var home = Below(folder, Told("chdir", 'D') ?? "");
        var names = new SlurmLogNames(Tasks(id), id.Base, name, user, "", home);
        var output = LogOf(Told("output", 'o') ?? (IsArray ? $"slurm-{id.Base}_%a.out" : "slurm-%j.out"), names);
        var gpus = Gpus();
        return new()
        {
            Id = id,
            Name = name,
            User = user,
            Account = Told("account", 'A') ?? "",
            Partition = Told("partition", 'p') ?? "",
            Qos = Told("qos", 'q') ?? "",
            State = SlurmJobState.Pending,
            NodeCount = Nodes(),
            Gpus = gpus?.Total,
            GpuTypes = gpus?.ByType ?? SlurmGpus.None.ByType,
            TimeLimit = SlurmDuration.Parse(Told("time", 't')) is { } limit ? TimeSpan.FromMinutes(Math.Ceiling(limit.TotalMinutes)) : null,
            WorkFolder = home,
            OutputPath = output,
            ErrorPath = Told("error", 'e') is { } error ? LogOf(error, names) : output,
            Comment = Told("comment", '\0') ?? "",
        };
    }

    private bool IsArray => Told("array", 'a') is not null;

    /// <summary>The command line goes before the script.</summary>
    private string? Told(string name, char letter) => SbatchDirectives.Find(_line, name, letter) ?? SbatchDirectives.Find(_script, name, letter);

    private SlurmJobId Tasks(SlurmJobId id) => Told("array", 'a') is { } tasks && SlurmJobId.TryParse($"{id.Base}_[{tasks}]", out var all) ? all : id;

    /// <returns>Empty where the folder is not known.</returns>
    private static string LogOf(string pattern, in SlurmLogNames names) =>
        Below(names.WorkFolder, pattern) is { Length: > 0 } path ? SlurmLogPath.Expand(path, names) : "";

    private static string Below(string? folder, string path) =>
        path.StartsWith('/') ? path : string.IsNullOrEmpty(folder) ? "" : path.Length == 0 ? folder : $"{folder.TrimEnd('/')}/{path}";

    private int? Nodes() => SlurmNumber.Parse(Told("nodes", 'N')) ?? (Told("nodelist", 'w') is { } list ? SlurmHostList.Expand(list).Count : null);

    /// <returns>Null when they are asked for in a way that only Slurm can count.</returns>
    private SlurmGpus? Gpus()
    {
        var (all, each, ofTask, gres) = (Typed("gpus", 'G'), Typed("gpus-per-node", '\0'), Typed("gpus-per-task", '\0'), Told("gres", '\0'));
        if ((all ?? each ?? ofTask ?? gres ?? Told("gpus-per-socket", '\0')) is null)
            return SlurmGpus.None;
        var (tasks, onEach) = (SlurmNumber.Parse(Told("ntasks", 'n')), SlurmNumber.Parse(Told("ntasks-per-node", '\0')));
        var nodes = Nodes() ?? (tasks is null or 1 ? 1 : onEach is { } count ? (tasks + count - 1) / count : null);
        return new GpuTexts().ReadRequest(all, each ?? gres, nodes, ofTask, tasks ?? nodes * (onEach ?? 1));
    }

    /// <summary><c>a100:2,v100:1</c> in the words of generic resources.</summary>
    private string? Typed(string name, char letter) =>
        Told(name, letter) is { } text ? string.Join(',', text.Split(',').Select(static gpus => $"gpu:{gpus}")) : null;
}
