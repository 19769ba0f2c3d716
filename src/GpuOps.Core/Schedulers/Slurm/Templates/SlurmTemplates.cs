using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Schedulers.Slurm.Templates;

/// <summary>The templates there are: the built-in ones, and the user's files, which may have the name of a built-in one.</summary>
/// <param name="folder">The folder of the user's, each <c>NAME.sh.liquid</c>; it need not be there.</param>
public sealed class SlurmTemplates(string folder)
{
    private const string Ending = ".sh.liquid";

    // What is written where no template is named.
    private const string Base = """
        #!/bin/bash
        {{ setup }}{{ run }}

        """;

    // The shell stays, and what Slurm sends to all of the job must not end it before the command. What is for it alone it
    // hands on, as the command would be the script's process without it. A background command has no input, and no SIGINT.
    private const string Advanced = """
        #!/bin/bash
        # Says where it runs, and how it ended.
        printf 'gpuops: job %s (%s) on %s, GPUs %s, %s\n' "$SLURM_JOB_ID" {{ name }} "${SLURM_JOB_NODELIST-}" "${CUDA_VISIBLE_DEVICES:-none}" "$(date '+%F %T')"
        if type -P nvidia-smi >/dev/null; then nvidia-smi -L || true; fi
        {{ setup }}{ trap - INT QUIT
        {{ run }}
        } <&0 &
        gpuops_job=$! gpuops_wait=yes
        trap gpuops_wait=yes HUP INT QUIT TERM USR1 USR2 XCPU
        {% if signal contains 'B:' -%}
        gpuops_signal={{ signal | split: ':' | last | split: '@' | first }}
        trap 'gpuops_wait=yes; kill -s "$gpuops_signal" "$gpuops_job"' "$gpuops_signal"
        {% endif -%}
        while [ -n "$gpuops_wait" ]; do gpuops_wait=; wait "$gpuops_job"; gpuops_code=$?; done
        printf 'gpuops: ended with %s after %s s\n' "$gpuops_code" "$SECONDS"
        exit "$gpuops_code"

        """;

    private static readonly SlurmTemplate[] BuiltIn = [new("base", Base, null), new("advanced", Advanced, null)];

    /// <summary>The names, in order.</summary>
    public IReadOnlyList<string> Names =>
    [
        .. BuiltIn.Select(static template => template.Name)
            .Concat(Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*" + Ending).Select(static file => Path.GetFileName(file)[..^Ending.Length]) : [])
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];

    /// <summary>Finds a template.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="GpuOpsException"><c>SlurmTemplateNotFound</c> with the names there are, or <c>SlurmTemplateUnreadable</c>.</exception>
    public SlurmTemplate Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0 || name.AsSpan().ContainsAny('/', '\\', '\0') || name[0] == '.') throw NotFound(name);
        var file = Path.Combine(folder, name + Ending);
        try
        {
            return File.Exists(file) ? new SlurmTemplate(name, File.ReadAllText(file), file)
                : Array.Find(BuiltIn, template => template.Name == name) ?? throw NotFound(name);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new GpuOpsException("SlurmTemplateUnreadable", GpuOpsErrorKind.NotAllowed, $"The template '{file}' cannot be read: {fault.Message}", name, fault);
        }
    }

    private GpuOpsException NotFound(string name) => new(
        "SlurmTemplateNotFound", GpuOpsErrorKind.NotFound,
        $"There is no template '{Excerpt.Of(name)}'. There are {string.Join(", ", Names)}; your own are files NAME{Ending} in {folder}.", name);
}
