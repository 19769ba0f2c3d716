using System.Text;
using GpuOps.Errors;
using GpuOps.Schedulers;

namespace GpuOps.Unit.Schedulers;

public sealed class PreparedScriptTests
{
    [Fact]
    public void A_line_of_a_prologue_is_never_its_end()
    {
        var script = Encoding.UTF8.GetString(PreparedScript.ForCommand(new JobPreparation { Prologue = "A=1\r\nGPUOPS_PROLOGUE\nGPUOPS_PROLOGUE_" }));
        Assert.Contains(" 3<<'GPUOPS_PROLOGUE__' || ", script, StringComparison.Ordinal);
        Assert.Contains("\nA=1\nGPUOPS_PROLOGUE\nGPUOPS_PROLOGUE_\nGPUOPS_PROLOGUE__\n", script, StringComparison.Ordinal);
        Assert.EndsWith("\nexec -- \"${gpuops_command[@]}\"\n", script, StringComparison.Ordinal);
    }

    [Fact]
    public void The_own_PowerShell_is_looked_for_first()
    {
        var script = Encoding.UTF8.GetString(PreparedScript.ForBlock(new JobPreparation(), new JobBlock("1", "start") { Preferred = "/a b/pwsh" }));
        Assert.Contains("for gpuops_file in '/a b/pwsh' \"$(type -P pwsh)\"", script, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\0b", null, null)]
    [InlineData(null, "a\0b", null)]
    [InlineData(null, null, "a\0b")]
    public void What_no_shell_can_read_is_refused(string? prologue, string? conda, string? venv) => Assert.Equal(
        "PreparationInvalid",
        Assert.Throws<GpuOpsException>(() => PreparedScript.ForCommand(new JobPreparation { Prologue = prologue, Conda = conda, Venv = venv })).Id);

    [Fact]
    public void Half_a_character_is_refused() => Assert.Equal(
        "PreparationInvalid", Assert.Throws<GpuOpsException>(() => PreparedScript.ForCommand(new JobPreparation { Prologue = $"a{(char)0xD800}" })).Id);
}
