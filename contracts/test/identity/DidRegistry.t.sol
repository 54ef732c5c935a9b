// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DidRegistry} from "../../src/identity/DidRegistry.sol";
import {IDidRegistry} from "../../src/identity/interfaces/IDidRegistry.sol";
import {Document, Identity, Service, VerificationMethod} from "../../src/identity/types/DidTypes.sol";
import {Test, Vm} from "../support/Test.sol";

/// @dev D1 to D5.
contract DidRegistryTest is Test {
    uint256 internal constant KEY = 0xd1d;
    bytes32 internal constant SALT = bytes32(uint256(5));

    DidRegistry internal registry;
    address internal controller;
    bytes20 internal id;

    function setUp() public {
        vm.warp(1_900_000_000);
        registry = DidRegistry(shipped("didRegistry", ""));
        controller = vm.addr(KEY);
        id = registry.idOf(controller, SALT);
    }

    function documentOf(address owner) internal pure returns (Document memory document) {
        document.controller = owner;
        document.verificationMethods = new VerificationMethod[](2);
        document.verificationMethods[0] = VerificationMethod("key-1", 3, hex"ed01aa");
        document.verificationMethods[1] = VerificationMethod("key_2.a", 4, hex"ec01bb");
        document.services = new Service[](1);
        document.services[0] = Service("oracle", "AmbrosiaOracle", "https://oracle.example");
    }

    function signature(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function create() internal {
        vm.prank(controller);
        registry.create(SALT, documentOf(controller));
    }

    function test_idOf_isTheLastTwentyBytes() public view {
        bytes32 hash = keccak256(abi.encode(controller, SALT));
        assertEq(bytes32(id), bytes32(bytes20(uint160(uint256(hash)))), "id");
    }

    /// @dev D1: another caller gets another id, so that an id seen in the mempool can't be taken.
    function test_create_byAnother_isAnotherId() public {
        address other = address(0xbad);
        vm.prank(other);
        bytes20 taken = registry.create(SALT, documentOf(other));
        assertTrue(taken != id, "another id");
        create();
        assertEq(registry.identityOf(id).controller, controller, "still free for its controller");
    }

    function test_create_twice_reverts() public {
        create();
        vm.expectRevert(abi.encodeWithSelector(IDidRegistry.DidExists.selector, id));
        create();
    }

    function test_create_bySignature_anyoneRelays_nothingCanChange() public {
        Document memory document = documentOf(controller);
        uint64 deadline = uint64(block.timestamp);
        bytes memory signed = signature(KEY, registry.hashCreate(controller, SALT, document, deadline));
        bytes memory reason = abi.encodeWithSelector(IDidRegistry.DidSignatureInvalid.selector, controller);
        document.services[0].endpoint = "https://evil.example";
        vm.expectRevert(reason);
        registry.createWithSignature(controller, SALT, document, deadline, signed);
        document = documentOf(controller);
        vm.expectRevert(reason);
        registry.createWithSignature(controller, bytes32(0), document, deadline, signed);
        vm.expectRevert(reason);
        registry.createWithSignature(controller, SALT, document, deadline + 1, signed);
        vm.chainId(99);
        vm.expectRevert(reason);
        registry.createWithSignature(controller, SALT, document, deadline, signed);
        vm.chainId(31337);
        vm.warp(deadline + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IDidRegistry.DidSignatureExpired.selector, deadline, deadline + 1)
        );
        registry.createWithSignature(controller, SALT, document, deadline, signed);
        vm.warp(deadline);
        registry.createWithSignature(controller, SALT, document, deadline, signed);
        assertEq(registry.identityOf(id).version, 1, "created");
        vm.expectRevert(abi.encodeWithSelector(IDidRegistry.DidExists.selector, id));
        registry.createWithSignature(controller, SALT, document, deadline, signed);
    }

    /// @dev D2: one event with the whole document for every change, linked to the one before.
    function test_changes_emitWholeDocuments() public {
        vm.roll(10);
        vm.recordLogs();
        create();
        vm.roll(20);
        Document memory changed = documentOf(address(0xc0c0));
        vm.prank(controller);
        registry.update(id, changed);
        vm.roll(30);
        vm.prank(address(0xc0c0));
        registry.deactivate(id);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 3, "three events");
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(logs[i].topics[1], bytes32(id), "indexed by id");
            assertEq(uint256(logs[i].topics[2]), i + 1, "version");
            (bool deactivated, uint40 previous, Document memory document) =
                abi.decode(logs[i].data, (bool, uint40, Document));
            assertEq(previous, i * 10, "block of the change before");
            assertTrue(deactivated == (i == 2), "deactivated at last");
            assertEq(document.verificationMethods.length, i == 2 ? 0 : 2, "methods");
        }
        Identity memory identity = registry.identityOf(id);
        assertEq(identity.changedAtBlock, 30, "changed at");
        assertEq(identity.version, 3, "version");
    }

    function test_update_onlyController_whoCanChange() public {
        create();
        address heir = address(0xc0c0);
        vm.expectRevert(abi.encodeWithSelector(IDidRegistry.DidControllerOnly.selector, controller, address(this)));
        registry.update(id, documentOf(heir));
        vm.prank(controller);
        registry.update(id, documentOf(heir));
        vm.expectRevert(abi.encodeWithSelector(IDidRegistry.DidControllerOnly.selector, heir, controller));
        vm.prank(controller);
        registry.update(id, documentOf(controller));
        vm.prank(heir);
        registry.update(id, documentOf(controller));
    }

    /// @dev D3: a signed change answers one version and is used once.
    function test_update_bySignature_replayRefused() public {
        create();
        Document memory document = documentOf(controller);
        document.services = new Service[](0);
        uint64 deadline = uint64(block.timestamp + 60);
        bytes memory signed = signature(KEY, registry.hashUpdate(id, document, 1, deadline));
        registry.updateWithSignature(id, document, deadline, signed);
        bytes memory reason = abi.encodeWithSelector(IDidRegistry.DidSignatureInvalid.selector, controller);
        vm.expectRevert(reason);
        registry.updateWithSignature(id, document, deadline, signed);
        // A signature for a version to come does not count now.
        signed = signature(KEY, registry.hashUpdate(id, document, 3, deadline));
        vm.expectRevert(reason);
        registry.updateWithSignature(id, document, deadline, signed);
        signed = signature(KEY + 1, registry.hashUpdate(id, document, 2, deadline));
        vm.expectRevert(reason);
        registry.updateWithSignature(id, document, deadline, signed);
    }

    /// @dev D4: deactivation is final.
    function test_deactivate_bySignature_isFinal() public {
        create();
        uint64 deadline = uint64(block.timestamp + 60);
        bytes memory wrong = signature(KEY, registry.hashDeactivate(id, 2, deadline));
        vm.expectRevert(abi.encodeWithSelector(IDidRegistry.DidSignatureInvalid.selector, controller));
        registry.deactivateWithSignature(id, deadline, wrong);
        bytes memory signed = signature(KEY, registry.hashDeactivate(id, 1, deadline));
        registry.deactivateWithSignature(id, deadline, signed);
        assertTrue(registry.identityOf(id).deactivated, "deactivated");
        bytes memory reason = abi.encodeWithSelector(IDidRegistry.DidDeactivated.selector, id);
        vm.expectRevert(reason);
        registry.deactivateWithSignature(id, deadline, signed);
        vm.startPrank(controller);
        vm.expectRevert(reason);
        registry.update(id, documentOf(controller));
        vm.expectRevert(reason);
        registry.deactivate(id);
        vm.expectRevert(abi.encodeWithSelector(IDidRegistry.DidExists.selector, id));
        registry.create(SALT, documentOf(controller));
        vm.stopPrank();
    }

    function test_unknownId_reverts() public {
        bytes memory reason = abi.encodeWithSelector(IDidRegistry.DidUnknown.selector, id);
        vm.expectRevert(reason);
        registry.update(id, documentOf(controller));
        vm.expectRevert(reason);
        registry.deactivate(id);
        vm.expectRevert(reason);
        registry.updateWithSignature(id, documentOf(controller), 0, "");
    }

    /// @dev D5: limits, at them and past them.
    function test_document_limits() public {
        Document memory document = documentOf(controller);
        document.controller = address(0);
        assertRefused(document, abi.encodeWithSelector(IDidRegistry.DidControllerMissing.selector));

        document = documentOf(controller);
        document.verificationMethods[0].purposes = 0;
        assertRefused(document, abi.encodeWithSelector(IDidRegistry.DidPurposesInvalid.selector, "key-1", 0));
        document.verificationMethods[0].purposes = 32;
        assertRefused(document, abi.encodeWithSelector(IDidRegistry.DidPurposesInvalid.selector, "key-1", 32));

        document = documentOf(controller);
        document.verificationMethods[1].fragment = "key-1";
        assertRefused(document, abi.encodeWithSelector(IDidRegistry.DidFragmentRepeated.selector, "key-1"));
        document = documentOf(controller);
        document.services[0].fragment = "key-1";
        assertRefused(document, abi.encodeWithSelector(IDidRegistry.DidFragmentRepeated.selector, "key-1"));
        document.services[0].fragment = "a b";
        assertRefused(document, abi.encodeWithSelector(IDidRegistry.DidFragmentInvalid.selector, "a b"));
        document.services[0].fragment = unicode"ä";
        assertRefused(document, abi.encodeWithSelector(IDidRegistry.DidFragmentInvalid.selector, unicode"ä"));
        document.services[0].fragment = "";
        assertSize(document, "fragment", 0, 1, 64);

        document = documentOf(controller);
        document.verificationMethods[0].multikey = "";
        assertSize(document, "multikey", 0, 1, 200);
        document.verificationMethods[0].multikey = new bytes(201);
        assertSize(document, "multikey", 201, 1, 200);
        document = documentOf(controller);
        document.services[0].serviceType = "";
        assertSize(document, "serviceType", 0, 1, 64);
        document = documentOf(controller);
        document.services[0].endpoint = string(new bytes(513));
        assertSize(document, "endpoint", 513, 1, 512);
        document = documentOf(controller);
        document.verificationMethods = new VerificationMethod[](17);
        assertSize(document, "verificationMethods", 17, 0, 16);
        document = documentOf(controller);
        document.services = new Service[](17);
        assertSize(document, "services", 17, 0, 16);
    }

    function test_document_atEveryLimit_isTaken() public {
        Document memory document;
        document.controller = controller;
        document.verificationMethods = new VerificationMethod[](16);
        document.services = new Service[](16);
        bytes memory long = new bytes(64);
        for (uint256 i = 0; i < 64; ++i) long[i] = "z";
        for (uint256 i = 0; i < 16; ++i) {
            long[0] = bytes1(uint8(0x41 + i));
            document.verificationMethods[i] = VerificationMethod(string(bytes.concat(long)), 31, new bytes(200));
            long[0] = bytes1(uint8(0x61 + i));
            document.services[i] =
                Service(string(bytes.concat(long)), string(new bytes(64)), string(new bytes(512)));
        }
        vm.prank(controller);
        registry.create(SALT, document);
        assertEq(registry.identityOf(id).version, 1, "created");
    }

    function assertRefused(Document memory document, bytes memory reason) internal {
        vm.expectRevert(reason);
        vm.prank(controller);
        registry.create(SALT, document);
    }

    function assertSize(
        Document memory document,
        string memory part,
        uint256 size,
        uint256 minimum,
        uint256 maximum
    ) internal {
        assertRefused(
            document,
            abi.encodeWithSelector(IDidRegistry.DidDocumentSizeInvalid.selector, part, size, minimum, maximum)
        );
    }
}
