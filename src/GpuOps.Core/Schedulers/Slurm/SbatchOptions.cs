using System.Globalization;
using GpuOps.Errors;

namespace GpuOps.Schedulers.Slurm;

/// <summary>What a request says, as options of sbatch; each value is checked where it is written.</summary>
internal static class SbatchOptions
{
    private const long MiB = 1 << 20;

    /// <summary>The options, the request's additional ones not among them.</summary>
    /// <param name="job">The request.</param>
    /// <exception cref="GpuOpsException">A value that cannot be right.</exception>
    public static IReadOnlyList<SbatchOption> Of(SlurmJobRequest job)
    {
        var options = new List<SbatchOption>();
        foreach (var option in (IEnumerable<SbatchOption?>)[.. Job(job), .. Resources(job.Resources)])
        {
            if (option is { } given) options.Add(given);
        }

        // bsub's and qsub's lines are read from all of a script, also from the midst of an argument.
        if (job.Script is null) options.Add(new("ignore-pbs", null));
        else if (job.Environment.Variables.Count > 0) options.Add(new("export", "ALL"));
        return options;
    }

    private static IEnumerable<SbatchOption?> Job(SlurmJobRequest job) =>
    [
        Text("job-name", NameOf(job)),
        Path("chdir", job.WorkFolder),
        Path("output", job.Output),
        Path("error", job.Error),
        job.OpenMode is { } mode ? new("open-mode", Word(mode)) : null,
        Text("begin", job.Begin is { } begin ? SlurmBegin.Format(begin) : null),
        Text("dependency", SlurmDependencies.Format(job.Dependencies)),
        job.KillOnInvalidDependency is { } kill ? new("kill-on-invalid-dep", kill ? "yes" : "no") : null,
        ArrayOf(job),
        job.Requeue is { } requeue ? new(requeue ? "requeue" : "no-requeue", null) : null,
        Text("signal", job.Signal),
        Text("mail-user", job.MailUser),
        List("mail-type", job.MailTypes),
        Text("comment", job.Comment),
    ];

    private static IEnumerable<SbatchOption?> Resources(SlurmResourceRequest job) =>
    [
        Text("nodes", job.Nodes),
        Count("ntasks", job.Tasks),
        Count("ntasks-per-node", job.TasksPerNode),
        Text("gpus", job.Gpus),
        Text("gpus-per-node", job.GpusPerNode),
        Text("gpus-per-task", job.GpusPerTask),
        Text("gres", job.Gres),
        Count("cpus-per-task", job.CpusPerTask),
        Count("cpus-per-gpu", job.CpusPerGpu),
        .. Memory(job),
        job.TimeLimit is { } limit ? new("time", Limit(limit)) : null,
        Text("partition", job.Partition),
        Text("account", job.Account),
        Text("qos", job.Qos),
        Text("constraint", job.Constraint),
        Text("nodelist", job.NodeList),
        Text("exclude", job.Exclude),
        Exclusive(job.Exclusive),
        Text("reservation", job.Reservation),
        Text("licenses", job.Licenses),
    ];

    /// <summary>What sbatch is to call a job: the request's name, else the file of its script or program, unless its own options say.</summary>
    /// <param name="job">The request.</param>
    /// <returns>Null when it is not to be said.</returns>
    public static string? NameOf(SlurmJobRequest job)
    {
        if (job.Name is not null || SbatchDirectives.Find(job, "job-name", 'J') is not null) return job.Name;
        // From standard input sbatch would call each "sbatch", or "stdin".
        var file = job.Block is not null ? "scriptblock" : job.Command is { } command ? command[0][(command[0].LastIndexOf('/') + 1)..] : job.ScriptName;
        return string.IsNullOrWhiteSpace(file) || file.Any(char.IsControl) ? null : file;
    }

    private static SbatchOption? Text(string name, string? value)
    {
        if (value is null) return null;
        SlurmText.RequireLine($"--{name}", value);
        return new(name, value);
    }

    private static SbatchOption? Path(string name, string? value) => value is "~" || value?.StartsWith("~/", StringComparison.Ordinal) == true
        ? throw SlurmText.Wrong("InvalidSlurmPath", $"--{name}: Slurm does not know '{Values.Excerpt.Of(value)}'; it would make a folder named ~. Give the whole path of the home.", value)
        : Text(name, value);

    private static SbatchOption? List(string name, IReadOnlyList<string> values)
    {
        foreach (var value in values) SlurmText.RequireLine($"--{name}", value);
        return values.Count == 0 ? null : new(name, string.Join(',', values));
    }

    private static SbatchOption? Count(string name, int? value) => value switch
    {
        null => null,
        < 1 => throw SlurmText.Wrong("InvalidSlurmCount", $"--{name} cannot be {value}: ask for at least 1.", value),
        _ => new(name, value.Value.ToString(CultureInfo.InvariantCulture)),
    };

    private static IEnumerable<SbatchOption?> Memory(SlurmResourceRequest job)
    {
        var given = ((string Name, long? Bytes)[])[("mem", job.MemoryPerNode), ("mem-per-cpu", job.MemoryPerCpu), ("mem-per-gpu", job.MemoryPerGpu)];
        if (given.Count(memory => memory.Bytes is not null) > 1)
            throw SlurmText.Wrong("SlurmMemoryGivenTwice", $"Memory is given in {string.Join(" and in ", given.Where(memory => memory.Bytes is not null).Select(memory => "--" + memory.Name))}. Give it per node, per CPU or per GPU.", job);
        return given.Select(memory => Memory(memory.Name, memory.Bytes));
    }

    private static SbatchOption? Memory(string name, long? bytes)
    {
        if (bytes is not { } wanted) return null;
        var least = name == "mem" ? 0 : 1;
        if (wanted < least)
            throw SlurmText.Wrong("InvalidSlurmMemory", $"--{name} cannot be {wanted} bytes: ask for at least {least}.", bytes);
        var whole = (wanted / MiB) + (wanted % MiB > 0 ? 1 : 0);
        return new(name, string.Create(CultureInfo.InvariantCulture, $"{whole}M"));
    }

    private static string Limit(TimeSpan limit) => limit == Timeout.InfiniteTimeSpan ? "UNLIMITED"
        : limit > TimeSpan.Zero ? SlurmDuration.Format(limit)
        : throw SlurmText.Wrong("InvalidSlurmTimeLimit", $"A job cannot run for {limit}: the time limit has to be more than nothing.", limit);

    private static SbatchOption? ArrayOf(SlurmJobRequest job)
    {
        var tasks = job.TaskArguments is { } each ? string.Create(CultureInfo.InvariantCulture, $"0-{each.Count - 1}") : job.Array;
        if (Count("array", job.ArrayLimit) is { } limit)
        {
            tasks = tasks is null
                ? throw SlurmText.Wrong("InvalidSlurmArray", $"A limit of {limit.Value} tasks at a time is for an array, and the job is none. Leave it out, or give tasks.", job.ArrayLimit)
                : $"{tasks}%{limit.Value}";
        }

        if (tasks is null) return null;
        // The same list, in brackets, is what ids of array tasks are made of; only there Slurm cuts it.
        return SlurmJobId.TryParse($"1_[{tasks}]", out var id) && !id.IsAbbreviated && id.Tasks.Any()
            ? new("array", tasks)
            : throw SlurmText.Wrong("InvalidSlurmArray", $"'{Values.Excerpt.Of(tasks)}' names no tasks of an array. Write it like 0-9, 1,3,5-9:2 or 0-99%4.", tasks);
    }

    private static SbatchOption? Exclusive(SlurmExclusive? exclusive) => exclusive switch
    {
        null => null,
        SlurmExclusive.Everybody => new("exclusive", null),
        SlurmExclusive.OtherUsers => new("exclusive", "user"),
        SlurmExclusive.OtherLabels => new("exclusive", "mcs"),
        _ => throw Unknown("--exclusive", exclusive.Value),
    };

    private static string Word(SlurmOpenMode mode) => mode switch
    {
        SlurmOpenMode.Append => "append",
        SlurmOpenMode.Truncate => "truncate",
        _ => throw Unknown("--open-mode", mode),
    };

    private static GpuOpsException Unknown(string option, Enum value) =>
        SlurmText.Wrong("InvalidSlurmValue", $"{option} knows no '{value}'.", value);
}
