using System.Globalization;
using System.Text.RegularExpressions;
using Fluid;
using Fluid.Values;
using GpuOps.Errors;

namespace GpuOps.Schedulers.Slurm.Templates;

/// <summary>Writes the script of a job by a template.</summary>
internal static partial class SlurmTemplateScript
{
    // A template is a user's own, but a loop without end should not hang his session.
    private const int Steps = 100_000;

    private static readonly HashSet<string> Known =
    [
        "name", "chdir", "output", "error", "array", "partition", "account", "qos", "time", "nodes", "ntasks", "ntasks_per_node", "gpus", "gpus_per_node", "gpus_per_task", "gres",
        "cpus_per_task", "cpus_per_gpu", "mem", "mem_per_cpu", "mem_per_gpu", "constraint", "nodelist", "exclude", "exclusive", "reservation", "licenses",
        "open_mode", "begin", "dependency", "requeue", "signal", "mail_user", "mail_type", "comment",
    ];

    private static readonly FluidParser Parser = new();
    private static readonly ShellEncoder Encoder = new();

    /// <summary>The request as one with a script: what the template says of it, and the request's options beside it.</summary>
    /// <param name="template">The template.</param>
    /// <param name="job">The request, with a command or a block.</param>
    /// <exception cref="GpuOpsException"><c>InvalidSlurmTemplate</c> with file and line, or what <see cref="SlurmJobRules"/> says of the request.</exception>
    public static SlurmJobRequest Apply(SlurmTemplate template, SlurmJobRequest job)
    {
        SlurmJobRules.Check(job);
        var tasks = job.TaskArguments;
        var script = SlurmText.Encoding.GetBytes(SbatchDirectives.ForSbatch(Render(template, job)));
        var ownName = SbatchDirectives.Find(SbatchDirectives.Read(script), "job-name", 'J');
        return job with
        {
            Name = job.Name ?? (ownName is null ? SbatchOptions.NameOf(job) : null),
            Script = script,
            Command = null,
            Block = null,
            TaskArguments = null,
            Template = null,
            Array = tasks is null ? job.Array : string.Create(CultureInfo.InvariantCulture, $"0-{tasks.Count - 1}"),
            Environment = new(),
            // Words of the command may look like another scheduler's lines.
            AdditionalArguments = [.. job.AdditionalArguments, "--ignore-pbs"],
        };
    }

    private static string Render(SlurmTemplate template, SlurmJobRequest job)
    {
        var script = new SlurmJobScript(job);
        Dictionary<string, FluidValue> values = new(StringComparer.Ordinal)
        {
            ["setup"] = new StringValue(script.Setup, false),
            ["run"] = new StringValue(script.Run, false),
            // In a shell of its own: what comes after it in the template is done after it.
            ["command"] = new StringValue($"({script.Run})", false),
        };
        foreach (var option in SbatchOptions.Of(job)) values[NameOf(option.Name)] = new StringValue(option.Value ?? "true");
        var context = new TemplateContext(new TemplateOptions { StrictFilters = true, MaxSteps = Steps, Undefined = name => Missing(name, values.Keys) });
        foreach (var (name, value) in values) context.SetValue(name, value);
        var text = Guarded(template, () => Parser.Parse(template.Text).Render(context, Encoder, true));
        CheckWhole(template, script, text);
        return text;
    }

    /// <summary>What the job is to do must be in what a template made of it, and what prepares it before that.</summary>
    private static void CheckWhole(SlurmTemplate template, SlurmJobScript script, string text)
    {
        if (!text.Contains(script.Run, StringComparison.Ordinal))
            throw Wrong(template, "", "it leaves the command out. Put {{ run }} where it should run, or {{ command }} if the template goes on after it.");
        var at = text.IndexOf(script.Setup, StringComparison.Ordinal);
        if (at < 0 || text.IndexOf(script.Run, at + script.Setup.Length, StringComparison.Ordinal) < 0)
            throw Wrong(template, "", "it leaves out what prepares the command: variables, modules, environments, containers, what differs between tasks. Put {{ setup }} before {{ run }} or {{ command }}.");
    }

    private static GpuOpsException Wrong(SlurmTemplate template, string line, string what, Exception? inner = null) => new(
        "InvalidSlurmTemplate", GpuOpsErrorKind.InvalidData, $"{template.File ?? template.Name}{line}: the template cannot be used: {what}", template.Name, inner);

    private static string NameOf(string option) => option == "job-name" ? "name" : option.Replace('-', '_');

    /// <summary>What is not asked for is nothing; what no job can be asked for is a mistake.</summary>
    private static ValueTask<FluidValue> Missing(string name, IEnumerable<string> given) => Known.Contains(name)
        ? ValueTask.FromResult<FluidValue>(NilValue.Instance)
        : throw new FluidException($"Undefined variable '{name}'. There are setup, run, command, {string.Join(", ", Known.Union(given).Order(StringComparer.Ordinal))}.");

    private static string Guarded(SlurmTemplate template, Func<string> render)
    {
        try
        {
            return render().Replace("\r\n", "\n", StringComparison.Ordinal);
        }
        catch (Exception fault) when (fault is ParseException or FluidException or InvalidOperationException or FileNotFoundException)
        {
            var what = fault.Message.Split('\n')[0].Trim();
            throw Wrong(template, LineOf(what, template.Text), what, fault);
        }
    }

    /// <summary>The line that is meant: the parser says it, and a name stands somewhere.</summary>
    private static string LineOf(string what, string text)
    {
        if (Place().Match(what) is { Success: true } place) return $":{place.Groups[1].Value}";
        return Named().Match(what) is { Success: true } name && Array.FindIndex(text.Split('\n'), line => line.Contains(name.Groups[1].Value, StringComparison.Ordinal)) is var at and >= 0
            ? string.Create(CultureInfo.InvariantCulture, $":{at + 1}")
            : "";
    }

    [GeneratedRegex(@"at \((\d+):\d+\)")]
    private static partial Regex Place();

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex Named();
}
