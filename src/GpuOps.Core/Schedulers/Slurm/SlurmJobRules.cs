using GpuOps.Channels;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Schedulers.Slurm;

/// <summary>Refuses requests that no job can come of, or another one than was meant.</summary>
internal static class SlurmJobRules
{
    private static readonly string[] ReadOnly = ["UID", "EUID", "PPID", "SHELLOPTS", "BASHOPTS", "BASH_VERSINFO"];

    // They act on sbatch itself, which a script's variables pass through.
    private static readonly string[] OfSbatch = ["PATH", "LD_PRELOAD"];

    /// <summary>Checks all of a request but its options.</summary>
    /// <param name="job">The request.</param>
    /// <exception cref="GpuOpsException">What cannot be right.</exception>
    public static void Check(SlurmJobRequest job)
    {
        if (new object?[] { job.Command, job.Block, job.Script }.Count(static what => what is not null) > 1)
            throw SlurmText.Wrong("SlurmCommandAndScript", "The job has more than one of a command, a block and a script. Give one of them.", job);
        switch (job)
        {
            case { Command: { } command }:
                Check(command, job.Arguments);
                break;
            case { Script: { } script }:
                Check(script.Span, job.Arguments);
                break;
            case { Block: { } block }:
                SlurmText.RequireText("The block", block.Text);
                if (job.Environment.Container is not null)
                    throw SlurmText.Wrong("SlurmBlockInContainer", "A block of PowerShell runs on the node itself, not in a container. Leave the container out, or give a command that calls pwsh in it.", job);
                break;
            default:
                throw SlurmText.Wrong("NoSlurmCommand", "The job has nothing to run. Give a command or a script.", job);
        }

        if (job is { Template: not null, Script: not null })
            throw SlurmText.Wrong("SlurmScriptNotTouched", $"The request asks for the template '{Excerpt.Of(job.Template.Name)}', but a script is sent as it is. Give a command instead.", job);
        if (job.TaskArguments is { } tasks) Check(tasks, job);
        Check(job.Environment, job.Script is not null);
    }

    private static void Check(IReadOnlyList<IReadOnlyList<string>> tasks, SlurmJobRequest job)
    {
        if (job.Script is not null)
            throw SlurmText.Wrong("SlurmScriptNotTouched", "The tasks of an array differ in their arguments, but sbatch gives all tasks of a script the same, and a script is sent as it is. Give a command instead, or let the script look at SLURM_ARRAY_TASK_ID.", job);
        if (tasks.Count == 0 || job.Array is not null)
            throw SlurmText.Wrong("InvalidSlurmArray", tasks.Count == 0 ? "The array has no tasks. Give arguments for at least one." : $"The array has the tasks {job.Array} and arguments for tasks of its own. Give one of them.", job);
        foreach (var word in tasks.SelectMany(static words => words)) SlurmText.RequireText("An argument of a task", word);
    }

    private static void Check(IReadOnlyList<string> command, IReadOnlyList<string> arguments)
    {
        if (command.Count == 0 || command[0] is null or "")
            throw SlurmText.Wrong("NoSlurmCommand", "The command is empty. Give a program and its arguments.", command);
        foreach (var word in command) SlurmText.RequireText("A word of the command", word);
        if (arguments.Count > 0)
            throw SlurmText.Wrong("SlurmArgumentsWithoutScript", $"Arguments such as '{Excerpt.Of(arguments[0])}' belong to a script. Put them behind the program in the command.", arguments);
    }

    private static void Check(ReadOnlySpan<byte> script, IReadOnlyList<string> arguments)
    {
        if (script.StartsWith("\uFEFF"u8))
            throw WrongScript("begins with a byte order mark, so that Linux does not see its #! line. Save it as UTF-8 without one");
        if (!script.StartsWith("#!"u8))
            throw WrongScript("does not begin with #! and the path of an interpreter. Let its first line be #!/bin/bash");
        if (script.Contains((byte)0))
            throw WrongScript("has a NUL character in it, so it is no text. Give the script of a job, not a program");
        foreach (var argument in arguments)
        {
            SlurmText.RequireText("An argument of the script", argument);
            if (argument == ":")
                throw SlurmText.Wrong("InvalidSlurmScriptArgument", "sbatch leaves out an argument that is ':' alone, as it separates the parts of a heterogeneous job. Pass it to the script in another way, such as a variable.", argument);
        }
    }

    private static void Check(SlurmJobEnvironment environment, bool isScript)
    {
        foreach (var (name, value) in environment.Variables) CheckVariable(name, value, isScript);
        if (isScript && (environment.Modules.Count > 0 ? "modules" : environment.Conda is not null ? "conda" : environment.Venv is not null ? "venv"
            : environment.Container is not null ? "a container" : null) is { } extra)
            throw SlurmText.Wrong("SlurmScriptNotTouched", $"The request asks for {extra}, but a script is sent as it is. Say it in the script, or give a command instead.", environment);
        foreach (var module in environment.Modules) SlurmText.RequireName("The module", module);
        if (environment is { Conda: not null, Venv: not null })
            throw SlurmText.Wrong("SlurmCondaAndVenv", $"The request asks for the conda environment '{Excerpt.Of(environment.Conda)}' and the virtual environment '{Excerpt.Of(environment.Venv)}'. Give one of them.", environment);
        if (environment.Conda is { } conda) SlurmText.RequireName("The conda environment", conda);
        if (environment.Venv is { } venv) SlurmText.RequireName("The virtual environment", venv);
        if (environment.Container is { } container) Check(container);
    }

    private static void CheckVariable(string name, string value, bool isScript)
    {
        if (!PosixShell.IsVariableName(name))
            throw SlurmText.Wrong("InvalidSlurmVariable", $"'{Excerpt.Of(name)}' cannot be the name of a variable: use letters, digits and _.", name);
        if (ReadOnly.Contains(name))
            throw SlurmText.Wrong("InvalidSlurmVariable", $"The variable {name} cannot be set: bash keeps it for itself. Choose another name.", name);
        if (isScript && (OfSbatch.Contains(name) || name.StartsWith("SBATCH_", StringComparison.Ordinal) || name.StartsWith("SLURM_", StringComparison.Ordinal)))
            throw SlurmText.Wrong("InvalidSlurmVariable", $"The variable {name} would act on sbatch itself. Set it in the script.", name);
        // The value may be a secret, and is not shown.
        if (value is null || value.Contains('\0', StringComparison.Ordinal))
            throw SlurmText.Wrong("InvalidSlurmVariable", $"The value of the variable {name} has a NUL character in it, or is null. No program can be given that.", name);
    }

    private static void Check(SlurmContainer container)
    {
        if ((container.Runtime is { } runtime && !Enum.IsDefined(runtime)) || !Enum.IsDefined(container.Gpu))
            throw SlurmText.Wrong("InvalidSlurmContainer", $"'{container.Runtime}' with GPUs of '{container.Gpu}' is no container that is known.", container);
        SlurmText.RequireName("The image of the container", container.Image);
        if (container.WorkFolder is { } folder) SlurmText.RequireLine("The folder in the container", folder);
        foreach (var mount in container.Mounts)
        {
            SlurmText.RequireName("The mount of the container", mount);
            if (mount.Contains(',', StringComparison.Ordinal))
                throw SlurmText.Wrong("InvalidSlurmContainer", $"The mount '{Excerpt.Of(mount)}' has a comma in it, which separates mounts. Give each mount by itself.", mount);
        }
    }

    private static GpuOpsException WrongScript(string what) => SlurmText.Wrong("InvalidSlurmScript", $"The script {what}.", null);
}
