using System.Globalization;
using GpuOps.Channels;
using GpuOps.Errors;

namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// The script that runs an argv in a job: it prepares what was asked for by what the compute node has, then becomes the
/// command. What it cannot prepare ends the job with 127 (not there) or 126 (there, but it failed) and a line that says so.
/// </summary>
internal sealed class SlurmJobScript
{
    private const string FindModules = """
        for gpuops_file in /etc/profile.d/{modules,lmod,z00_lmod}.sh {"${MODULESHOME-}","${LMOD_PKG-}",/usr/share/modules,/usr/share/Modules,/usr/share/lmod/lmod,/usr/local/Modules}/init/bash /etc/profile; do
            type module >/dev/null 2>&1 && break
            [ -r "$gpuops_file" ] && . "$gpuops_file"
        done
        type module >/dev/null 2>&1 || gpuops_fail 127 'there is no module command; looked in /etc/profile.d, MODULESHOME, LMOD_PKG, /usr/share and /etc/profile'

        """;

    // Since Slurm 22.05 srun knows how many CPUs a task was to get only from a variable of its own (srun(1), --cpus-per-task).
    private const string KeepCpus = """
        [ -z "${SLURM_CPUS_PER_TASK-}" ] || export SRUN_CPUS_PER_TASK="$SLURM_CPUS_PER_TASK"

        """;

    private readonly JobScript _text = new();

    /// <summary>Writes the parts of a request's script.</summary>
    /// <param name="job">The request, with a command or a block.</param>
    /// <exception cref="GpuOpsException">A word that no program can be given.</exception>
    public SlurmJobScript(SlurmJobRequest job)
    {
        Prepare(job.Environment, job.TaskArguments is not null || job.Block is not null);
        Run = job.Block is { } block ? RunOf(block, job.TaskArguments) : RunOf(job.Environment.Container, job.Command!, job.TaskArguments);
        Setup = _text.ToString();
    }

    /// <summary>What prepares the place, whole lines.</summary>
    public string Setup { get; }

    /// <summary>What becomes the command, without the end of its line; nothing comes after it.</summary>
    public string Run { get; }

    /// <summary>The script of a request with a command or a block.</summary>
    /// <param name="job">The request.</param>
    /// <exception cref="GpuOpsException">A word that no program can be given.</exception>
    public static byte[] Write(SlurmJobRequest job)
    {
        var script = new SlurmJobScript(job);
        return SlurmText.Encoding.GetBytes($"#!/bin/bash\n{script.Setup}{script.Run}\n");
    }

    /// <summary>The line of a script that says what a task's arguments are.</summary>
    /// <param name="task">The task's index.</param>
    /// <param name="words">Its arguments.</param>
    public static string LineOf(int task, IEnumerable<string> words) =>
        string.Create(CultureInfo.InvariantCulture, $"{task}) set -- {string.Join(' ', words.Select(JobScript.Word))} ;;\n");

    private void Prepare(SlurmJobEnvironment environment, bool canFail)
    {
        var needs = canFail || environment.Modules.Count > 0 || environment.Conda is not null || environment.Venv is not null || environment.Container is not null;
        if (needs) _text.DefineFailure();
        if (environment.Modules.Count > 0) _text.Append(FindModules);
        foreach (var module in environment.Modules) _text.Require($"module load {JobScript.Word(module)}", 126, $"'module load {module}' failed");
        if (environment.Conda is { } conda) _text.ActivateConda(conda);
        if (environment.Venv is { } venv) _text.ActivateVenv(venv);
        foreach (var (name, value) in environment.Variables) _text.Append($"export {name}={JobScript.Word(value)}\n");
    }

    private string RunOf(SlurmContainer? container, IReadOnlyList<string> command, IReadOnlyList<IReadOnlyList<string>>? tasks)
    {
        List<string> words = container is null ? [] : container.Runtime == SlurmContainerRuntime.Pyxis ? Pyxis(container) : Apptainer(container);
        if (words.Count == 0 && command[0].StartsWith('-')) words.Add("--");
        if (container?.Runtime == SlurmContainerRuntime.Pyxis)
        {
            tasks = tasks?.Select(own => ForSrun([.. command, .. own])).ToList();
            command = tasks is null ? ForSrun(command) : [];
        }

        words.AddRange(command.Select(JobScript.Word));
        if (tasks is not null)
        {
            Choose(tasks);
            words.Add("\"$@\"");
        }

        return $"exec {string.Join(' ', words)}";
    }

    private string RunOf(JobBlock block, IReadOnlyList<IReadOnlyList<string>>? tasks)
    {
        _text.FindPowerShell(block);
        if (tasks is null)
            _text.Append($"set -- {JobScript.Word(block.Arguments)}\n");
        else
            Choose(tasks);
        return _text.Run(block);
    }

    private void Choose(IReadOnlyList<IReadOnlyList<string>> tasks)
    {
        _text.Append("case ${SLURM_ARRAY_TASK_ID-} in\n");
        for (var task = 0; task < tasks.Count; task++) _text.Append(LineOf(task, tasks[task]));
        _text.Append("*) gpuops_fail 64 \"the array has no arguments for task '${SLURM_ARRAY_TASK_ID-}'\" ;;\nesac\n");
    }

    // To srun, a lone colon begins the next part of a heterogeneous step, wherever it stands.
    private static IReadOnlyList<string> ForSrun(IReadOnlyList<string> command) =>
        command.Contains(":") ? ["/bin/sh", "-c", $"exec {PosixShell.Join(command)}"] : command;

    private List<string> Pyxis(SlurmContainer container)
    {
        _text.Append(KeepCpus);
        List<string> words = ["srun", $"--container-image={JobScript.OnNode(container.Image)}"];
        if (container.Mounts.Count > 0) words.Add($"--container-mounts={string.Join(',', container.Mounts.Select(JobScript.OnNode))}");
        if (container.WorkFolder is { } folder) words.Add($"--container-workdir={JobScript.Word(folder)}");
        return [.. words, "--"];
    }

    private List<string> Apptainer(SlurmContainer container)
    {
        var program = container.Runtime == SlurmContainerRuntime.Singularity ? "singularity" : "apptainer";
        _text.Require($"type -P {program} >/dev/null", 127, $"there is no {program} in PATH");
        List<string> words = [program, "exec"];
        if (container.Gpu != SlurmContainerGpu.None) words.Add(container.Gpu == SlurmContainerGpu.Amd ? "--rocm" : "--nv");
        foreach (var mount in container.Mounts) words.AddRange(["--bind", JobScript.OnNode(mount)]);
        if (container.WorkFolder is { } folder) words.AddRange(["--pwd", JobScript.Word(folder)]);
        return [.. words, JobScript.OnNode(container.Image)];
    }
}
