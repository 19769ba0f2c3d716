using System.Text;
using GpuOps.Channels;

namespace GpuOps.Schedulers;

/// <summary>
/// The parts of a bash script that prepare what a job needs by what the host has that it runs on. What cannot be prepared
/// ends the job with 127 (not there) or 126 (there, but it failed) and a line that says so.
/// </summary>
internal sealed class JobScript
{
    private const string Fail = """
        gpuops_fail() { printf 'gpuops: %s: %s\n' "$(uname -n)" "$2" >&2; exit "$1"; }

        """;

    private const string FindConda = """
        gpuops_conda=
        for gpuops_file in "$(type -P conda)" "${CONDA_EXE-}" {"${HOME-}",/opt,/usr/local}/{miniforge3,mambaforge,miniconda3,anaconda3,conda}/bin/conda; do
            [ -f "$gpuops_file" ] && [ -x "$gpuops_file" ] && { gpuops_conda=$gpuops_file; break; }
        done
        [ -n "$gpuops_conda" ] || gpuops_fail 127 'there is no conda; looked in PATH, CONDA_EXE, and for miniforge3, mambaforge, miniconda3, anaconda3 and conda in the home, /opt and /usr/local'
        gpuops_hook=$("$gpuops_conda" shell.bash hook) || gpuops_fail 126 "'$gpuops_conda shell.bash hook' failed"
        eval "$gpuops_hook"

        """;

    private const string FirstPlace = "for gpuops_file in ";

    private const string FindShell = """
        gpuops_shell=
        for gpuops_file in "$(type -P pwsh)" "$(type -P gpuops)" {"${HOME-}"/.local/bin,"${HOME-}"/.dotnet/tools,/usr/local/bin,/opt/microsoft/powershell/7,/snap/bin}/{pwsh,gpuops}; do
            [ -f "$gpuops_file" ] && [ -x "$gpuops_file" ] && { gpuops_shell=$gpuops_file; break; }
        done
        [ -n "$gpuops_shell" ] || gpuops_fail 127 'there is neither pwsh nor gpuops for the script block; looked in PATH, ~/.local/bin, ~/.dotnet/tools, /usr/local/bin, /opt/microsoft/powershell/7 and /snap/bin'

        """;

    private readonly StringBuilder _text = new();

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    /// <summary>Adds text as it is.</summary>
    /// <param name="text">Whole lines.</param>
    public void Append(string text) => _text.Append(text);

    /// <summary>Adds what the other parts end the job with; it comes before them.</summary>
    public void DefineFailure() => _text.Append(Fail);

    /// <summary>Ends the job with a complaint when a command fails.</summary>
    /// <param name="command">The command, as the shell has it.</param>
    /// <param name="exitCode">The job's exit code.</param>
    /// <param name="complaint">What is said.</param>
    public void Require(string command, int exitCode, string complaint) => _text.Append($"{command} || gpuops_fail {exitCode} {Word(complaint)}\n");

    /// <summary>Has the script's own shell read lines.</summary>
    /// <param name="text">The lines.</param>
    public void Source(string text) => _text.Append($". /dev/fd/3 3{Document(text.ReplaceLineEndings("\n"), "GPUOPS_PROLOGUE", " || gpuops_fail 126 'the prologue failed: its last command did not end with 0'")}");

    /// <summary>Activates a conda environment.</summary>
    /// <param name="name">Its name or path there.</param>
    public void ActivateConda(string name)
    {
        _text.Append(FindConda);
        Require($"conda activate {OnNode(name)}", 126, $"'conda activate {name}' failed");
    }

    /// <summary>Activates a virtual environment of Python.</summary>
    /// <param name="folder">Its folder there.</param>
    public void ActivateVenv(string folder)
    {
        var activate = OnNode(folder + "/bin/activate");
        Require($"[ -r {activate} ]", 127, $"there is no virtual environment in '{folder}'");
        Require($". {activate}", 126, $"the virtual environment in '{folder}' cannot be activated");
    }

    /// <summary>Finds the PowerShell of a block.</summary>
    /// <param name="block">The block.</param>
    public void FindPowerShell(JobBlock block)
    {
        if (block.Program is { } program)
            Require($"gpuops_shell=$(type -P {OnNode(program)})", 127, $"there is no '{program}' for the script block");
        else
            _text.Append(block.Preferred is { } first ? FindShell.Replace(FirstPlace, $"{FirstPlace}{Word(first)} ", StringComparison.Ordinal) : FindShell);
    }

    /// <summary>Adds a block, once its PowerShell was found.</summary>
    /// <param name="block">The block.</param>
    /// <returns>What runs it with the packed arguments that are <c>$1</c> then, without the end of its line.</returns>
    public string Run(JobBlock block)
    {
        // The block as it was written, for people. sbatch refuses lines that end as on Windows.
        var text = block.Text.Replace("\r\n", "\n", StringComparison.Ordinal);
        _text.Append($"gpuops_run() {{\nexec \"$gpuops_shell\" -NoProfile -NonInteractive -Command {Word(block.Starter)} 3{Document(text, "GPUOPS_BLOCK", " 4<<<\"$1\"")}}}\n");
        return "gpuops_run \"$1\"";
    }

    /// <summary>A path as bash reads it on the host where the job runs, whose home <c>~</c> is.</summary>
    /// <param name="path">The path.</param>
    public static string OnNode(string path) =>
        path.StartsWith("~/", StringComparison.Ordinal) ? $"\"$HOME\"/{(path.Length > 2 ? Word(path[2..]) : "")}" : Word(path);

    /// <summary>A word as bash reads it back. sbatch takes "\r\n" anywhere for a file from Windows and refuses it: the two stand in quotes of their own.</summary>
    /// <param name="text">The word.</param>
    public static string Word(string text) => string.Concat(Pieces(text).Select(PosixShell.Quote));

    private static IEnumerable<string> Pieces(string text)
    {
        var from = 0;
        while (text.IndexOf("\r\n", from, StringComparison.Ordinal) is var at and >= 0)
        {
            yield return text[from..(at + 1)];
            from = at + 1;
        }

        yield return text[from..];
    }

    // A line of the text must not be its end.
    private static string Document(string text, string end, string rest)
    {
        while (text.Split('\n').Contains(end))
            end += "_";
        return $"<<'{end}'{rest}\n{text}\n{end}\n";
    }
}
