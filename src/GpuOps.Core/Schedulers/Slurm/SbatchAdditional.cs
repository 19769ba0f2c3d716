using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Schedulers.Slurm;

/// <summary>The options that a user adds by hand.</summary>
internal static class SbatchAdditional
{
    private static readonly Dictionary<string, string> Refused = new(StringComparer.Ordinal)
    {
        ["parsable"] = "it is always given",
        ["comment"] = "the job is found again by it; give it as the comment of the request",
        ["wrap"] = "the job has a command or a script already",
        ["test-only"] = "no job would come of it",
        ["wait"] = "sbatch would not answer before the job's end; wait for the job instead",
        ["quiet"] = "sbatch would not tell the job's id",
        ["help"] = "no job would come of it",
        ["usage"] = "no job would come of it",
        ["version"] = "no job would come of it",
    };

    private static readonly Dictionary<char, string> LongNames = new()
    {
        ['A'] = "account", ['a'] = "array", ['b'] = "begin", ['C'] = "constraint", ['c'] = "cpus-per-task", ['D'] = "chdir",
        ['d'] = "dependency", ['e'] = "error", ['G'] = "gpus", ['h'] = "help", ['J'] = "job-name", ['L'] = "licenses", ['N'] = "nodes",
        ['n'] = "ntasks", ['o'] = "output", ['p'] = "partition", ['Q'] = "quiet", ['q'] = "qos", ['t'] = "time", ['V'] = "version",
        ['W'] = "wait", ['w'] = "nodelist", ['x'] = "exclude",
    };

    // Short options without a value, which getopt lets stand together.
    private const string Flags = "hHkOQsVvW";

    /// <summary>Refuses what contradicts the request, or is not one option.</summary>
    /// <param name="job">The request.</param>
    /// <param name="given">Its own options.</param>
    /// <exception cref="GpuOpsException"><c>InvalidSlurmArgument</c>, <c>SlurmOptionGivenTwice</c> or <c>SlurmVariablesNotExported</c>.</exception>
    public static void Check(SlurmJobRequest job, IReadOnlyList<SbatchOption> given)
    {
        var names = given.Select(option => option.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var argument in job.AdditionalArguments)
        {
            SlurmText.RequireLine("An additional argument", argument);
            var name = NameOf(argument);
            // getopt takes the beginning of a name for the whole.
            if (Refused.Keys.FirstOrDefault(refused => refused.StartsWith(name, StringComparison.Ordinal)) is { } refused)
                throw Wrong(argument, $"--{refused} cannot be added: {Refused[refused]}.");
            if (name == "export" && names.Contains(name))
                throw SlurmText.Wrong("SlurmVariablesNotExported", $"The request's variables reach a script with --export=ALL, which '{Excerpt.Of(argument)}' takes back. Leave it out, or set the variables in the script.", argument);
            if (names.Contains(name))
                throw SlurmText.Wrong("SlurmOptionGivenTwice", $"'{Excerpt.Of(argument)}' says once more what the request says with --{name}. Leave one of them out.", argument);
        }
    }

    private static string NameOf(string argument)
    {
        if (argument.Length < 2 || argument[0] != '-' || argument == "--")
            throw Wrong(argument, "Write each option as one element: --name=value.");
        if (argument.StartsWith("--", StringComparison.Ordinal))
            return argument[2..].Split('=')[0] is { Length: > 0 } name ? name : throw Wrong(argument, "An option needs a name.");
        if (Flags.Contains(argument[1], StringComparison.Ordinal) && argument.Length > 2)
            throw Wrong(argument, "Write each option as one element of its own.");
        return LongNames.GetValueOrDefault(argument[1], argument[..2]);
    }

    private static GpuOpsException Wrong(string argument, string what) =>
        SlurmText.Wrong("InvalidSlurmArgument", $"The additional argument '{Excerpt.Of(argument)}' cannot be given to sbatch: {what}", argument);
}
