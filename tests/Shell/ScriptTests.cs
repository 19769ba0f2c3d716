namespace GpuOps.ShellTests;

public sealed class ScriptTests(ShellRig rig) : IClassFixture<ShellRig>
{
    [Fact]
    public async Task Arguments_after_a_script_are_its_args()
    {
        ShellResult result = await rig.Run("$args.Count; $args", "a b", "\"quoted\" 'twice'", "Zoë 日本");
        Assert.Equal(["3", "a b", "\"quoted\" 'twice'", "Zoë 日本"], result.Lines);
    }

    [Fact]
    public async Task Command_is_the_same_by_name()
    {
        ShellResult result = await rig.Run("-NoProfile", "-Command", "$args", "x");
        Assert.Equal(["x"], result.Lines);
    }

    [Fact]
    public async Task A_script_may_begin_with_a_minus()
    {
        ShellResult result = await rig.Run("-join (1, 2)");
        Assert.Equal(["12"], result.Lines);
    }

    [Fact]
    public async Task A_file_binds_its_arguments_to_parameters()
    {
        string path = rig.Script(
            """
            param([string]$Name, [switch]$Force, [switch]$Quiet, [Parameter(ValueFromRemainingArguments)]$Rest)
            "$Name|$Force|$Quiet|$($Rest -join ',')|$PSScriptRoot"
            exit 9
            """);
        ShellResult result = await rig.Run("-File", path, "-Name", "it's \"Zoë\" 日本", "-Force", "-Quiet:$false", "x y", "-5");
        Assert.Equal([$"it's \"Zoë\" 日本|True|False|x y,-5|{rig.Folder}"], result.Lines);
        Assert.Equal(9, result.ExitCode);
    }

    [Fact]
    public async Task A_script_file_needs_no_option()
    {
        ShellResult result = await rig.Run(rig.Script("\"got $args\""), "one");
        Assert.Equal(["got one"], result.Lines);
    }

    [Theory]
    [InlineData]
    [InlineData("-")]
    [InlineData("-Command", "-")]
    public async Task Standard_input_can_be_the_script(params string[] arguments)
    {
        ShellResult result = await rig.RunWithInput("'Zoë'\nif ($true) {\n  exit 6\n}\n", arguments);
        Assert.Equal("Zoë\n", result.Output);
        Assert.Equal(6, result.ExitCode);
    }

    [Fact]
    public async Task A_script_leaves_standard_input_to_its_native_commands()
    {
        ShellResult result = await rig.RunWithInput("for cat\n", "cat");
        Assert.Equal("for cat\n", result.Output);
    }

    [Fact]
    public async Task Native_commands_and_objects_keep_their_order()
    {
        ShellResult result = await rig.Run("'first'; sh -c 'echo second; echo aside >&2'; 'third'");
        Assert.Equal(["first", "second", "third"], result.Lines);
        Assert.Equal("aside\n", result.Error);
    }

    [Fact]
    public async Task The_working_directory_is_where_the_script_starts()
    {
        ShellResult result = await rig.Run("-WorkingDirectory", "/", "\"$pwd\"; pwd");
        Assert.Equal("/", result.Lines[0]);
    }

    [Fact]
    public async Task The_module_is_there_with_its_view_and_help()
    {
        ShellResult view = await rig.Run("Get-Trial");
        Assert.Equal(["GPU  Holder", "---  ------", "0    Zoë", "1    Zoë"], view.Lines);

        ShellResult help = await rig.Run("Get-Help Get-Trial -Examples");
        Assert.Contains("Get-Trial -Count 2", help.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_gets_plain_text()
    {
        ShellResult result = await rig.Run("\"`e[31mred`e[0m\"; Get-Trial; no-such-command");
        Assert.DoesNotContain('\x1b', result.Output);
        Assert.DoesNotContain('\x1b', result.Error);
    }

    [Fact]
    public async Task Errors_go_to_standard_error_only()
    {
        ShellResult result = await rig.Run("'before'; no-such-command; 'after'; throw 'at the end'");
        Assert.Equal(["before", "after"], result.Lines);
        Assert.Contains("no-such-command", result.Error, StringComparison.Ordinal);
        Assert.Contains("at the end", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_in_a_file_names_the_line()
    {
        ShellResult result = await rig.Run("-File", rig.Script("1\nno-such-command\n"));
        Assert.Contains(".ps1:2", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_nobody_may_answer_fails()
    {
        ShellResult result = await rig.Run("-NonInteractive", "Stop-Trial");
        Assert.Empty(result.Output);
        Assert.Contains("-NonInteractive", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("y\n", "stopped\n")]
    [InlineData("n\n", "")]
    public async Task A_question_is_answered_from_standard_input(string answer, string output)
    {
        ShellResult result = await rig.RunWithInput(answer, "Stop-Trial");
        Assert.Equal(output, result.Output);
    }

    [Fact]
    public async Task A_command_the_engine_lacks_is_answered_with_how_to_get_it()
    {
        Assert.SkipUnless(rig.EngineOnly, "this build has all of PowerShell");
        ShellResult result = await rig.Run("Get-Trial | Format-Table -Property Id -AutoSize");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Format-Table belongs to Microsoft.PowerShell.Utility", result.Error, StringComparison.Ordinal);
        Assert.Contains("Import-Module", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("not recognized", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_of_PowerShell_has_the_usual_commands()
    {
        Assert.SkipWhen(rig.EngineOnly, "this build has the engine alone");
        ShellResult result = await rig.Run("3, 1, 2 | Sort-Object | Select-Object -First 1");
        Assert.Equal(["1"], result.Lines);
    }
}
