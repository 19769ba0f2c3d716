using System.IO.Enumeration;
using System.Text;
using System.Text.Json;
using GpuOps.Bench.Measuring;
using GpuOps.Bench.Rows;

const string Usage = "dotnet run -c Release --project bench -- all | NAME ... (wildcards allowed)";

Row[] table = [.. ReserveRows.All, .. InvokeRows.All, .. ContentionRows.All, .. HandOffRows.All, .. StatusRows.All, .. StartRows.All, .. HeldRows.All, .. SlurmListRows.All, .. SlurmWaitRows.All, .. SlurmSubmitRows.All, .. QueueRows.All, .. QueueLoadRows.All, .. QueueIdleRows.All];
Row[] chosen = [.. table.Where(row => args.Any(name => name == "all" || FileSystemName.MatchesSimpleExpression(name, row.Name)))];
if (chosen.Length == 0)
{
    Console.Error.WriteLine($"{Usage}\n{string.Join('\n', table.Select(row => $"  {row.Name,-26} {row.What}"))}");
    return 64;
}

// Nothing of the user's own configuration is to be measured.
Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
List<Figure> figures = [];
foreach (var row in chosen)
{
    if (row.Missing is { } missing)
    {
        Console.WriteLine($"{row.Name,-26} skipped: {missing}");
        continue;
    }

    var figure = Figure.Of(row, await row.Measure());
    figures.Add(figure);
    Console.WriteLine(figure.Line());
}

Directory.CreateDirectory(Artifacts.Results);
await File.WriteAllTextAsync(Path.Combine(Artifacts.Results, "results.json"), JsonSerializer.Serialize(figures, Format.Indented));
var markdown = new StringBuilder("| name | what | measured | baseline | ratio | limit | |\n|---|---|---|---|---|---|---|\n");
foreach (var figure in figures)
{
    markdown.AppendLine(figure.MarkdownLine());
}

await File.WriteAllTextAsync(Path.Combine(Artifacts.Results, "results.md"), markdown.ToString());
return figures.All(figure => figure.IsMet) ? 0 : 1;

/// <summary>How results are written for programs.</summary>
internal static class Format
{
    public static JsonSerializerOptions Indented { get; } = new() { WriteIndented = true };
}
