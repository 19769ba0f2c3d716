using System.Runtime.CompilerServices;
using GpuOps.Configuration;

namespace GpuOps.Unit.Configuration;

public sealed class DocumentationTests
{
    private static string Page => File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "../../../docs/configuration.md"));

    [Fact]
    public void The_page_has_every_setting() => Has(SettingCatalog.All.Select(static row =>
        $"| `{row.Key}` | {row.Type.Name} | {(row.Default is null ? "" : $"`{row.Default}`")} | {row.Description} |"));

    [Fact]
    public void The_page_has_every_variable() =>
        Has(KnownVariables.All.Select(static row => $"| `{row.Key}` | {row.Value} |"));

    [Fact]
    public void The_page_has_every_option_and_scheme()
    {
        Has(BackendCatalog.Default.Schemes.SelectMany(static scheme => scheme.Options).Distinct().Select(static row => $"| `{row.Key}` | {row.Description} |"));
        Assert.All(BackendCatalog.Default.Schemes, static scheme => Assert.Contains($"| `{scheme.Name}:", Page, StringComparison.Ordinal));
    }

    [Fact]
    public void The_page_on_ssh_has_every_key_of_a_profile_and_its_example_can_be_loaded()
    {
        var page = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "../../../docs/ssh.md"));
        Assert.All(SshProfileKey.All, row => Assert.Contains($"| `{row.Name}` | {row.Type.Name} | {row.Description} |\n", page, StringComparison.Ordinal));
        Assert.Contains($"| `{SshProfileKey.Environment}` | map | {SshProfileKey.EnvironmentDescription} |\n", page, StringComparison.Ordinal);
        using var workspace = new Workspace();
        Assert.Equal("dgx", workspace.User(page.Split("```yaml\n")[1].Split("```")[0]).Load().ResolveBackend("hpc").Option("sshProfile"));
    }

    [Fact]
    public void The_example_can_be_loaded()
    {
        var text = Page.Split("```yaml\n")[1].Split("```")[0];
        using var workspace = new Workspace();
        Assert.Equal("lab", workspace.User(text).Load().ResolveBackend().Name);
    }

    [Fact]
    public void Every_setting_has_a_default_that_is_read_and_a_key_in_camel_case() => Assert.All(SettingCatalog.All, static row =>
    {
        Assert.Matches("^[a-z][A-Za-z]*(\\.[a-z][A-Za-z]*)?$", row.Key);
        Assert.EndsWith(".", row.Description, StringComparison.Ordinal);
    });

    private static void Has(IEnumerable<string> rows)
    {
        var missing = rows.Where(static row => !Page.Contains(row + "\n", StringComparison.Ordinal)).ToArray();
        Assert.True(missing.Length == 0, "docs/configuration.md lacks:\n" + string.Join('\n', missing));
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
