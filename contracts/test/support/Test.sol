// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev The cheat codes that our tests use; the names are those of every Solidity test runner.
interface Vm {
    function addr(uint256 key) external pure returns (address);
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function warp(uint256 time) external;
    function roll(uint256 number) external;
    function chainId(uint256 id) external;
    function prank(address sender) external;
    function startPrank(address sender) external;
    function stopPrank() external;
    function expectRevert() external;
    function expectRevert(bytes calldata reason) external;
    function expectEmit(address emitter) external;
    function assume(bool condition) external pure;
    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory);
    function label(address account, string calldata name) external;
    function load(address target, bytes32 slot) external view returns (bytes32);
    function store(address target, bytes32 slot, bytes32 value) external;
    function etch(address target, bytes calldata code) external;
    function deal(address account, uint256 balance) external;
    function readFile(string calldata path) external view returns (string memory);
    function writeLine(string calldata path, string calldata line) external;
    function envOr(string calldata name, string calldata otherwise) external view returns (string memory);
    function envString(string calldata name) external view returns (string memory);
    function parseBytes(string calldata text) external pure returns (bytes memory);
    function toString(uint256 value) external pure returns (string memory);

    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }
}

/// @dev A test contract: `setUp` runs before each `test…`, arguments are fuzzed, `invariant…` runs between calls of targets.
abstract contract Test {
    Vm internal constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    // The runner finds this name by its ABI.
    bool public IS_TEST = true;

    /// @dev The functions of one target that the runner calls between checks of an invariant.
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    address[] private _targets;
    FuzzSelector[] private _selectors;

    error Different(string what, uint256 left, uint256 right);
    error NotTrue(string what);

    function targetContracts() external view returns (address[] memory) {
        return _targets;
    }

    function targetSelectors() external view returns (FuzzSelector[] memory) {
        return _selectors;
    }

    function targetContract(address target, bytes4[] memory selectors) internal {
        _targets.push(target);
        _selectors.push(FuzzSelector(target, selectors));
    }

    /// @dev A contract of ours from the code that ships: what `sources.json` names, compiled as it says. Tests are compiled otherwise,
    /// faster; `new` would test another code than the one that is deployed.
    function shipped(string memory name, bytes memory arguments) internal returns (address deployed) {
        string memory file = string.concat(vm.envString("AMBROSIA_SHIPPED"), "/", name, ".hex");
        bytes memory code = bytes.concat(vm.parseBytes(vm.readFile(file)), arguments);
        assembly ("memory-safe") {
            deployed := create(0, add(code, 32), mload(code))
            if iszero(deployed) {
                returndatacopy(code, 0, returndatasize())
                revert(code, returndatasize())
            }
        }
    }

    function assertEq(uint256 left, uint256 right, string memory what) internal pure {
        if (left != right) revert Different(what, left, right);
    }

    function assertEq(bytes32 left, bytes32 right, string memory what) internal pure {
        if (left != right) revert Different(what, uint256(left), uint256(right));
    }

    function assertEq(address left, address right, string memory what) internal pure {
        if (left != right) revert Different(what, uint160(left), uint160(right));
    }

    function assertTrue(bool condition, string memory what) internal pure {
        if (!condition) revert NotTrue(what);
    }

    function bound(uint256 value, uint256 minimum, uint256 maximum) internal pure returns (uint256) {
        return minimum + (value % (maximum - minimum + 1));
    }
}
