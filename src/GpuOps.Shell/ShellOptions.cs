namespace GpuOps.Shell;

/// <summary>The command line, understood.</summary>
internal sealed record ShellOptions
{
    public ShellRequest Request { get; private init; }

    /// <summary>The script's text, or the path of the script file.</summary>
    public string Script { get; private init; } = "";

    public IReadOnlyList<string> Arguments { get; private init; } = [];

    public OutputFormat OutputFormat { get; private init; }

    public bool NonInteractive { get; private init; }

    public string? WorkingDirectory { get; private init; }

    /// <summary>Reads the arguments as they came from the system.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="scriptOnStandardInput">Without a script, read it from standard input instead of asking for lines.</param>
    /// <exception cref="UsageException">An unknown option, or one without its value.</exception>
    public static ShellOptions Parse(string[] args, bool scriptOnStandardInput)
    {
        var options = new ShellOptions
        {
            Request = scriptOnStandardInput ? ShellRequest.StandardInput : ShellRequest.Interactive,
        };

        for (int i = 0; i < args.Length; i++)
        {
            string arg = args[i];
            if (!IsOption(arg))
                return options.WithScript(arg, args[(i + 1)..]);

            switch (arg.TrimStart('-').ToUpperInvariant())
            {
                case "HELP" or "H" or "?":
                    return options with { Request = ShellRequest.Help };
                case "VERSION" or "V":
                    return options with { Request = ShellRequest.Version };
                case "COMMAND" or "C":
                    return options.WithCommand(Value(args, ref i, "the script to run"), args[(i + 1)..]);
                case "FILE" or "F":
                    return options.WithFile(Value(args, ref i, "the script file to run"), args[(i + 1)..]);
                case "NOPROFILE" or "NOP" or "NOLOGO" or "NOL":
                    break;
                case "NONINTERACTIVE" or "NONI":
                    options = options with { NonInteractive = true };
                    break;
                case "WORKINGDIRECTORY" or "WORKING-DIRECTORY" or "WD":
                    options = options with { WorkingDirectory = Value(args, ref i, "a directory") };
                    break;
                case "OUTPUTFORMAT" or "OUTPUT-FORMAT" or "O" or "OF":
                    options = options with { OutputFormat = Format(Value(args, ref i, "Text or Json")) };
                    break;
                default:
                    throw new UsageException($"'{arg}' is not an option of gpuops.");
            }
        }

        if (options is { Request: ShellRequest.Interactive, NonInteractive: true })
            throw new UsageException("-NonInteractive needs a script.");
        return options;
    }

    private ShellOptions WithScript(string script, string[] rest)
    {
        // pwsh takes its first argument for a file; here it is a script, unless it can only be meant as a file.
        bool file = script.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase) && File.Exists(script);
        return file ? WithFile(script, rest) : WithCommand(script, rest);
    }

    private ShellOptions WithCommand(string script, string[] rest) => script == "-"
        ? this with { Request = ShellRequest.StandardInput, Arguments = rest }
        : this with { Request = ShellRequest.Script, Script = script, Arguments = rest };

    private ShellOptions WithFile(string path, string[] rest) => path == "-"
        ? WithCommand(path, rest)
        : this with { Request = ShellRequest.File, Script = path, Arguments = rest };

    private static string Value(string[] args, ref int i, string what) => ++i < args.Length
        ? args[i]
        : throw new UsageException($"The option '{args[i - 1]}' needs {what}.");

    private static OutputFormat Format(string text) => text.ToUpperInvariant() switch
    {
        "TEXT" => OutputFormat.Text,
        "JSON" => OutputFormat.Json,
        _ => throw new UsageException($"'{text}' is not an output format: Text or Json."),
    };

    // A script may start with a minus too: '-join (1, 2)'. An option is one word.
    private static bool IsOption(string arg) =>
        arg.Length > 1 && arg[0] == '-'
        && arg.TrimStart('-') is { Length: > 0 } name && (name == "?" || name.All(c => char.IsAsciiLetter(c) || c == '-'));
}
